import { Button, Group } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { formatMoment } from "../../../format/time";
import { AdminOnly } from "../../../session/AdminOnly";
import { text } from "../../../text";
import { useAskChange } from "../../change/ChangesProvider";
import { restoreRevision, undoRevision } from "../../change/restoring";
import { useNaming } from "../../changes/naming";
import classes from "./revisions.module.css";

const words = text.fleet.revisions;

interface RevisionItemProps {
  revision: { id: number; ts_us: number; by: string; action: string };
  /** The newest needs no restoring: all is as it was after it. */
  isNewest: boolean;
  /** What differs is shown from the beginning. */
  isFirstOpen?: boolean;
  summary?: ReactNode;
  /** What differs; shown when somebody asks. */
  children?: ReactNode;
}

/** One revision in a list. */
export function RevisionItem(props: RevisionItemProps) {
  const { revision, isNewest, isFirstOpen = false, summary, children } = props;
  const [isOpen, setOpen] = useState(isFirstOpen);
  const ask = useAskChange();
  const action = useNaming()(revision.action);
  const { id, ts_us, by } = revision;
  return (
    <li className={classes.revision} data-testid="revision">
      <div className={classes.what}>
        <strong>{action}</strong>
        <span className={classes.quiet}>
          #{id} · {words.by(words.person(by))} · {formatMoment(ts_us)}
        </span>
        {summary}
      </div>
      <Group gap="xs">
        {children && (
          <Button
            size="compact-xs"
            variant="subtle"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            {isOpen ? words.hide : words.show}
          </Button>
        )}
        <AdminOnly>
          {!isNewest && (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => ask(restoreRevision(id, action))}
            >
              {words.restore}
            </Button>
          )}
          <Button size="compact-xs" variant="default" onClick={() => ask(undoRevision(id, action))}>
            {words.undo}
          </Button>
        </AdminOnly>
      </Group>
      {isOpen && <div className={classes.body}>{children}</div>}
    </li>
  );
}
