import { groupBy } from "../list/groups";
import type { AgentLine, Tag, UpgradeStep } from "../types";

/** How far a group of agents is with its upgrades. */
export interface Wave {
  /** Null: all agents. */
  tag: string | null;
  agents: number;
  steps: Record<UpgradeStep, number>;
}

export const STEPS: readonly UpgradeStep[] = [
  "current",
  "available",
  "waiting",
  "installing",
  "failed",
  "fixed",
];

/** Returns all agents as one wave, then each tag as one. */
export function wavesOf(agents: readonly AgentLine[], tags: readonly Tag[]): Wave[] {
  const named = tags
    .map(({ name }) =>
      toWave(
        name,
        agents.filter((agent) => agent.tags.includes(name)),
      ),
    )
    .filter((wave) => wave.agents > 0);
  return [toWave(null, agents), ...named];
}

function toWave(tag: string | null, agents: readonly AgentLine[]): Wave {
  const steps = Object.fromEntries(STEPS.map((step) => [step, 0])) as Wave["steps"];
  for (const { upgrade } of agents) steps[upgrade] += 1;
  return { tag, agents: agents.length, steps };
}

/** Returns how many agents run each version, most first. */
export function versionCounts(agents: readonly AgentLine[]): [version: string, count: number][] {
  const groups = groupBy(agents, ({ version }) => version);
  return [...groups]
    .map(([version, group]): [string, number] => [version, group.length])
    .toSorted((one, other) => other[1] - one[1] || one[0].localeCompare(other[0]));
}

/** Returns why agents cannot be upgraded, and how many for each reason, most first. */
export function fixedReasons(agents: readonly AgentLine[]): [reason: string, count: number][] {
  const fixed = agents.filter(({ upgrade }) => upgrade === "fixed");
  return [...groupBy(fixed, ({ upgrade_reason }) => upgrade_reason)]
    .map(([reason, group]): [string, number] => [reason, group.length])
    .toSorted((one, other) => other[1] - one[1]);
}
