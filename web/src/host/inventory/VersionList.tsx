import type { InventoryVersion } from "../../api/types";
import { formatMoment } from "../../format/time";
import { text } from "../../text";
import classes from "./inventory.module.css";
import { placeText } from "./values";

const words = text.host.inventory;

interface VersionListProps {
  versions: readonly InventoryVersion[];
  openId: number | undefined;
  onOpen: (id: number) => void;
}

/** The versions of an inventory, the newest first, each with what changed. */
export function VersionList({ versions, openId, onOpen }: VersionListProps) {
  return (
    <ol className={classes.versions} aria-label={words.versions}>
      {versions.map((version, index) => (
        <li key={version.id}>
          <button
            type="button"
            className={classes.version}
            aria-pressed={version.id === openId}
            data-testid="version"
            onClick={() => onOpen(version.id)}
          >
            <span className={classes.when}>
              {formatMoment(version.ts_us)}
              {index === 0 && <em>{words.current}</em>}
            </span>
            <span className={classes.summary}>{summaryOf(version)}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}

function summaryOf({ change, differences, count, boot_s }: InventoryVersion): string {
  if (change === "created") return words.first;
  if (change === "deleted") return words.deleted;
  const first = differences[0];
  const parts = first ? [words.and(placeText(first.path), count - 1)] : [];
  if (boot_s != null) parts.push(words.started);
  return parts.join(", ") || words.changes(count);
}
