import { Link } from "@tanstack/react-router";
import type { AttentionLine } from "../api/types";
import { holdPlace } from "../app/heldPlace";
import { formatDuration } from "../format/duration";
import { AlertIcon, RightIcon, WarningIcon } from "../icons/icons";
import { text } from "../text";
import classes from "./attention.module.css";
import { lineText } from "./lineText";
import { wayOf } from "./links";

const words = text.overview.attention;

interface AttentionRowProps {
  line: AttentionLine;
  server_us: number;
  /** The place on this page that the line is about, when it is here. */
  anchor?: string;
}

/** One line, the whole of which leads to where one can do something about it. */
export function AttentionRow({ line, server_us, anchor }: AttentionRowProps) {
  const { title, details } = lineText(line);
  const { severity, since_us } = line;
  const SeverityIcon = severity === "critical" ? AlertIcon : WarningIcon;
  return (
    <li className={classes.line} data-severity={severity}>
      <span className={classes.icon}>
        <SeverityIcon size={17} />
        <span className="visually-hidden">{words.severities[severity]}: </span>
      </span>
      <span className={classes.words}>
        {anchor ? (
          <a href={`#${anchor}`} className={classes.title} onClick={() => holdPlace(anchor)}>
            {title}
          </a>
        ) : (
          <Link {...wayOf(line)} className={classes.title}>
            {title}
          </Link>
        )}
        {details.length > 0 && <span className={classes.details}>{details.join(" · ")}</span>}
      </span>
      {since_us !== null && (
        <span className={classes.since}>
          {words.since(formatDuration(wholeMinutes((server_us - since_us) / 1e6)))}
        </span>
      )}
      <span className={classes.way}>
        <RightIcon size={14} />
      </span>
    </li>
  );
}

/** Seconds that tick by would draw the eye to what stands still. */
function wholeMinutes(seconds: number): number {
  return seconds < 60 ? seconds : Math.floor(seconds / 60) * 60;
}
