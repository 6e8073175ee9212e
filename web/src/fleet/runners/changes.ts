import { text } from "../../text";
import { type FleetChange, pathOf } from "../change/change";
import type { RunnerLine } from "../types";

export const ORDERS = ["start", "stop", "reset", "delete"] as const;
export type RunnerOrder = (typeof ORDERS)[number];

const words = text.fleet.runners;

export function orderRunners(
  order: RunnerOrder,
  runners: readonly Pick<RunnerLine, "name" | "agent_id">[],
): FleetChange {
  return {
    title: words.changes[order]?.(runners.length) ?? order,
    text: words.texts[order],
    verb: words.bulk[order],
    method: "POST",
    path: pathOf("runners", order),
    body: runners.map(({ name, agent_id }) => ({ config_name: name, agent_id })),
    isDangerous: order !== "start",
  };
}
