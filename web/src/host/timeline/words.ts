import type { Mark } from "../../api/types";
import { formatDuration } from "../../format/duration";
import { formatMoment } from "../../format/time";
import { text } from "../../text";

const words = text.host.timeline;

/** What a mark says in a few words. */
export function markTitle({ kind, subject, state, count, ts_us, until_us }: Mark): string {
  switch (kind) {
    case "enrolled":
      return words.marks.enrolled;
    case "boot":
      return words.marks.boot;
    case "silence":
      return words.marks.silence(formatDuration(((until_us ?? ts_us) - ts_us) / 1e6));
    case "config":
      return subject;
    case "runner":
      return words.marks.runner(subject, words.marks.states[state] ?? state);
    case "upgrade":
      return words.marks.upgrade(subject, words.marks.upgrades[state] ?? state);
    case "inventory":
      if (state === "created") return words.marks.inventoryFirst;
      return state === "deleted" ? words.marks.inventoryGone : words.marks.inventory(count);
    case "audit":
      return words.marks.audit(subject, state);
  }
}

/** What else is known of a mark; empty when nothing is. */
export function markDetail({ kind, detail, changes, count }: Mark): string {
  if (kind !== "inventory") return detail;
  const more = count - changes.length;
  return [...changes, ...(more > 0 ? [words.andMore(more)] : [])].join(", ");
}

/** A mark in one line, for those who do not see the picture. */
export function markLine(mark: Mark): string {
  return `${markTitle(mark)}, ${formatMoment(mark.ts_us)}`;
}
