import { Button, CloseButton, CopyButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { ApiError } from "../api/error";
import { QueryNotice } from "../app/QueryNotice";
import { formatCount } from "../format/number";
import { ListFoot } from "../tables/ListFoot";
import { text } from "../text";
import classes from "./audit.module.css";
import { ProofSection } from "./ProofSection";
import { prettyJson } from "./payload";
import { eventQuery } from "./queries";

const { event: words } = text.audit;

interface EventPanelProps {
  id: number;
  /** Null: something else closes it. */
  onClose: (() => void) | null;
}

/** One event whole: what it says, and the proof that it was said. */
export function EventPanel({ id, onClose }: EventPanelProps) {
  const query = useQuery(eventQuery(id));
  const event = query.data;
  const pretty = useMemo(() => (event ? prettyJson(event.payload) : ""), [event]);
  const status = query.error instanceof ApiError ? query.error.status : 0;
  if (status === 404 || status === 403)
    return (
      <div className={classes.panelHead}>
        <ListFoot>{words.gone}</ListFoot>
        {onClose && <CloseButton aria-label={words.close} onClick={onClose} />}
      </div>
    );
  return (
    <section className={classes.panel} aria-label={words.label}>
      <QueryNotice query={query} height={320} />
      {event && (
        <>
          <div className={classes.panelHead}>
            <h2>
              {event.application_name} · {event.event_kind}
            </h2>
            {onClose && <CloseButton aria-label={words.close} onClick={onClose} />}
          </div>
          <dl className={classes.facts}>
            <dt>{words.index}</dt>
            <dd>{formatCount(event.id - 1)}</dd>
            <dt>{words.time}</dt>
            <dd>{event.event_ts}</dd>
          </dl>
          <ProofSection event={event} />
          <div className={classes.panelHead}>
            <h3>{words.payload}</h3>
            {window.isSecureContext && (
              <CopyButton value={event.payload}>
                {({ copied, copy }) => (
                  <Button size="compact-xs" variant="default" onClick={copy}>
                    {copied ? text.shell.copied : text.shell.copy}
                  </Button>
                )}
              </CopyButton>
            )}
          </div>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keys too */}
          <pre className={classes.payload} tabIndex={0}>
            {pretty}
          </pre>
        </>
      )}
    </section>
  );
}
