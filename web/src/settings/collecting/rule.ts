import type { FleetChange } from "../../fleet/change/change";
import type { CollectRule } from "../../fleet/types";
import { text } from "../../text";

const words = text.settings.collection;

export type RuleScope = "all" | "tag" | "agent";

/** What a rule says; what is left out, or null, it says nothing about. */
export interface RuleDraft {
  ports: readonly string[] | null;
  groups: Readonly<Record<string, boolean>>;
  interval_s: number | null;
}

export const NOTHING: RuleDraft = { ports: null, groups: {}, interval_s: null };

export function toDraft({ ports, groups, interval_s }: CollectRule): RuleDraft {
  return { ports, groups, interval_s };
}

export function isSameRule(one: RuleDraft, other: RuleDraft): boolean {
  return JSON.stringify(inOrder(one)) === JSON.stringify(inOrder(other));
}

/** Writes a rule. `name` is what people call the tag or the agent. */
export function changeRule(
  scope: RuleScope,
  target: string,
  name: string,
  draft: RuleDraft,
): FleetChange {
  return { ...change(words.changes[scope](name), scope, target, draft), verb: words.save };
}

/** Takes a rule back: others say then what is collected. */
export function deleteRule({ scope, target, name }: CollectRule): FleetChange {
  const title = words.changes.delete(words.whom[scope]?.(name) ?? name);
  return { ...change(title, scope, target, NOTHING), verb: words.delete, isDangerous: true };
}

/** Lets all agents take samples by the rules, or none. */
export function openCollection(isOpen: boolean, draft: RuleDraft): FleetChange {
  return {
    ...change(isOpen ? words.changes.start : words.changes.stop, "all", "", draft, isOpen),
    text: isOpen ? undefined : words.stopWhat,
    verb: isOpen ? words.start : words.stop,
    isDangerous: !isOpen,
  };
}

function change(title: string, scope: string, target: string, draft: RuleDraft, is_open?: boolean) {
  return {
    title,
    method: "PUT",
    path: "/console/v1/collecting",
    body: { scope, target, ...draft, is_open },
  } as const;
}

function inOrder({ ports, groups, interval_s }: RuleDraft) {
  return [ports, Object.entries(groups).sort(), interval_s];
}
