import { Button, Modal, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { ApiError } from "../api/error";
import { QueryNotice } from "../app/QueryNotice";
import { formatStamp } from "../format/time";
import { text } from "../text";
import classes from "./ContextDialog.module.css";
import { LongText } from "./LongText";
import { levelToken } from "./levels";
import { contextQuery } from "./queries";

const { context } = text.logs;
/** No such row, or an address that was mistyped. */
const GONE = new Set([404, 422]);
const STEPS = [10, 50, 200] as const;

interface ContextDialogProps {
  id: string | undefined;
  onClose: () => void;
}

/** What stands before and after a row in the same source, the oldest first. */
export function ContextDialog({ id, onClose }: ContextDialogProps) {
  return (
    <Modal
      opened={id !== undefined}
      onClose={onClose}
      title={context.title}
      size="min(72rem, 96vw)"
      closeButtonProps={{ "aria-label": context.close }}
    >
      {id !== undefined && <Neighbours key={id} id={id} />}
    </Modal>
  );
}

function Neighbours({ id }: { id: string }) {
  const [step, setStep] = useState(0);
  const query = useQuery(contextQuery(id, STEPS[step] ?? STEPS[0]));
  const middleRef = useRef<HTMLLIElement>(null);
  const isGone = query.error instanceof ApiError && GONE.has(query.error.status);
  const middle = query.data?.rows[query.data.at];

  useEffect(() => {
    if (middle) middleRef.current?.scrollIntoView?.({ block: "center" });
  }, [middle]);

  if (isGone)
    return (
      <Text size="xs" c="dimmed">
        {context.gone}
      </Text>
    );
  return (
    <>
      <QueryNotice query={query} height={320} />
      {middle && (
        <Text size="xs" c="dimmed">
          {context.of([middle.hostname, middle.runner, middle.source].filter(Boolean).join(" · "))}
        </Text>
      )}
      <ol className={classes.neighbours}>
        {query.data?.rows.map((row, index) => {
          const isMiddle = index === query.data.at;
          return (
            <li key={row.id} ref={isMiddle ? middleRef : undefined} aria-current={isMiddle}>
              <span className={classes.time}>{formatStamp(row.ts_us)}</span>
              <span className={classes.level} style={{ color: `var(${levelToken(row.level)})` }}>
                {row.level}
              </span>
              <div className={classes.message}>
                <LongText content={row.message} />
              </div>
            </li>
          );
        })}
      </ol>
      {query.data && step < STEPS.length - 1 && (
        <Button
          mt="sm"
          size="compact-sm"
          variant="default"
          loading={query.isFetching}
          onClick={() => setStep(step + 1)}
        >
          {context.more}
        </Button>
      )}
    </>
  );
}
