import { text } from "../../text";
import { type FleetChange, restorePath } from "./change";

const words = text.fleet.revisions;

/** Makes what a revision wrote as it was after it. */
export function restoreRevision(id: number, action: string): FleetChange {
  return {
    title: words.restoreTitle(id),
    text: words.restoreText(action),
    verb: words.restore,
    method: "POST",
    path: restorePath(id),
    query: { to: "after" },
  };
}

/** Makes what a revision wrote as it was before it. */
export function undoRevision(id: number, action: string): FleetChange {
  return {
    title: words.undoTitle(id),
    text: words.undoText(action),
    verb: words.undo,
    method: "POST",
    path: restorePath(id),
    query: { to: "before" },
  };
}
