import { Button } from "@mantine/core";
import { formatCount } from "../format/number";
import { text } from "../text";
import classes from "./TailBar.module.css";
import type { useTail } from "./useTail";

const { tail: words } = text.logs;

/** How following goes, and a button to what waits. */
export function TailBar({ tail }: { tail: ReturnType<typeof useTail> }) {
  const { state, tailed, reason, show, retry } = tail;
  if (state === "off") return null;
  const waiting = tailed.waiting.length;
  const says = {
    connecting: words.connecting,
    open: waiting > 0 ? words.paused : words.open,
    lost: words.lost,
    refused: words.refused(reason),
  }[state];
  const showAll = () => {
    show();
    window.scrollTo({ top: 0 });
  };
  return (
    <div className={classes.tailBar} data-state={state} data-paused={waiting > 0 || undefined}>
      <span role="status">
        <span className={classes.pulse} aria-hidden="true" />
        {says}
        {tailed.left_out > 0 && ` ${words.leftOut(formatCount(tailed.left_out))}`}
      </span>
      {state === "refused" && (
        <Button size="compact-sm" variant="default" onClick={retry}>
          {text.shell.tryAgain}
        </Button>
      )}
      {waiting > 0 && (
        <Button size="compact-sm" onClick={showAll}>
          {words.waiting(formatCount(waiting))}
        </Button>
      )}
    </div>
  );
}
