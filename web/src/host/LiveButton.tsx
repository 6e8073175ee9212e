import { text } from "../text";
import classes from "./tools.module.css";

const words = text.host.range;

interface LiveButtonProps {
  isLive: boolean;
  onPause: () => void;
  onLive: () => void;
}

/** Says whether charts move on with time, and lets them stand still or go on. */
export function LiveButton({ isLive, onPause, onLive }: LiveButtonProps) {
  return (
    <button
      type="button"
      className={classes.live}
      aria-pressed={isLive}
      title={isLive ? words.pause : words.goLive}
      onClick={isLive ? onPause : onLive}
    >
      <span className={classes.liveDot} aria-hidden="true" />
      {words.isLive}
    </button>
  );
}
