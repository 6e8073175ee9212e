import { text } from "../../text";
import { type FleetChange, pathOf } from "../change/change";
import type { AgentLine } from "../types";

const words = text.fleet.agents;
const AGENTS = "/console/v1/agents";

type Named = Pick<AgentLine, "id" | "hostname">;

/** Puts a tag on agents; one that does not exist is made. */
export function tagAgents(tag: string, ids: readonly string[], isKnown: boolean): FleetChange {
  return {
    title: words.changes.addTag(tag, ids.length),
    verb: words.bulk.addTag,
    method: "POST",
    path: isKnown ? pathOf("tags", tag, "agentids") : pathOf("tags", tag),
    body: { agent_ids: ids },
  };
}

export function untagAgents(tag: string, ids: readonly string[]): FleetChange {
  return {
    title: words.changes.removeTag(tag, ids.length),
    verb: words.bulk.removeTag,
    method: "POST",
    path: `${AGENTS}/untag`,
    body: { tag, agent_ids: ids },
    isDangerous: true,
  };
}

export function deleteAgents(ids: readonly string[]): FleetChange {
  return {
    title: words.changes.delete(ids.length),
    text: words.changes.deleteText,
    verb: words.bulk.delete,
    method: "POST",
    path: `${AGENTS}/delete`,
    body: { agent_ids: ids },
    isDangerous: true,
  };
}

export function upgradeAgents(ids: readonly string[], tags: readonly string[] = []): FleetChange {
  return {
    title: words.changes.upgrade(ids.length),
    text: words.changes.upgradeText,
    verb: words.bulk.upgrade,
    method: "POST",
    path: pathOf("agents", "upgrade"),
    body: { agent_ids: ids, tags },
    isRevision: false,
  };
}

export function shutOutAgent({ id, hostname }: Named): FleetChange {
  return {
    title: words.changes.shutOut(hostname || id),
    text: words.changes.shutOutText,
    verb: words.detail.shutOut,
    method: "POST",
    path: admissionPath(id, "shut-out"),
    isDangerous: true,
  };
}

export function letInAgent({ id, hostname }: Named): FleetChange {
  return {
    title: words.changes.letIn(hostname || id),
    text: words.changes.letInText,
    verb: words.detail.letIn,
    method: "POST",
    path: admissionPath(id, "let-in"),
  };
}

function admissionPath(id: string, what: string): string {
  return `${AGENTS}/${encodeURIComponent(id)}/${what}`;
}
