import { linkOptions } from "@tanstack/react-router";
import type { Agent, Mark } from "../../api/types";
import { keyOf } from "../../fleet/runners/order";
import { clampWindow, type TimeWindow } from "../range";
import { fromRange, type HostSearch, parseHostSearch } from "../search";
import { windowAround } from "./placing";

const CONTROL_APPLICATION = "muster";
const PLAIN_NAME = /^[\w.-]+$/;

/** Where a click on a mark leads. */
export function markLink(mark: Mark, agent_id: string) {
  const here = (search: HostSearch) =>
    linkOptions({
      to: "/hosts/$id",
      params: { id: agent_id },
      search: (old: Record<string, unknown>) => ({ ...parseHostSearch(old), ...search }),
      resetScroll: false,
    });
  switch (mark.kind) {
    case "config":
      return linkOptions({ to: "/fleet/changes", search: { revision: mark.id ?? undefined } });
    case "runner":
      return linkOptions({
        to: "/fleet/runners",
        search: { open: keyOf({ agent_id, name: mark.subject }) },
      });
    case "upgrade":
      return linkOptions({ to: "/fleet/releases" });
    case "audit":
      return linkOptions({
        to: "/audit",
        search: {
          app: mark.subject === CONTROL_APPLICATION ? mark.subject : undefined,
          event: mark.id ?? undefined,
        },
      });
    case "inventory":
      return here({ tab: "inventory", look: mark.id ?? undefined, against: undefined });
    case "silence":
      return here(fromRange(clampWindow(windowAround([mark]))));
    case "boot":
    case "enrolled":
      return here({ at: mark.ts_us });
  }
}

/** The rows that a machine logged in a span. */
export function logsLink(
  { agent_id, hostname }: Agent,
  { from_us, to_us }: TimeWindow,
  level = "",
) {
  const name = PLAIN_NAME.test(hostname) ? hostname : agent_id;
  const q = level ? `agent:${name} level:${level}` : `agent:${name}`;
  return linkOptions({ to: "/logs", search: { q, from: from_us, to: to_us } });
}
