import type { LinkProps } from "@tanstack/react-router";
import type { AttentionLine, AttentionSubject } from "../api/types";
import { writeTerm } from "../logs/terms";

type Way = Pick<LinkProps, "to" | "params" | "search" | "hash">;

const LIST = "list";
const NOBODY: AttentionSubject = {
  agent_id: "",
  hostname: "",
  runner: "",
  mountpoint: "",
  version: "",
};

/** The worst of what a line is about. */
export function worstOf({ subjects }: AttentionLine): AttentionSubject {
  return subjects[0] ?? NOBODY;
}

/** Where a person goes on from a line: to the machine, the runners, the rows; of many, to their list. */
export function wayOf(line: AttentionLine): Way {
  const { kind, count } = line;
  const subject = worstOf(line);
  const { agent_id, runner } = subject;
  const host: Way = { to: "/hosts/$id", params: { id: agent_id } };
  switch (kind) {
    case "server_disk":
      return { to: "/settings", search: { part: "storage" } };
    case "silent":
      return count > 1 ? { to: "/", search: { q: "offline" }, hash: LIST } : host;
    case "disk":
    case "memory":
      return count > 1 ? { to: "/", search: { sort: kind }, hash: LIST } : host;
    case "runner":
      return {
        to: "/fleet/runners",
        search: { config: runner, open: count > 1 ? undefined : `${agent_id} ${runner}` },
      };
    case "errors":
      return { to: "/logs", search: { q: errorsOf(subject, count) } };
    case "upgrade":
      return { to: "/fleet/releases" };
    case "loss":
    case "config":
      return { to: "/fleet", search: { open: count > 1 ? undefined : agent_id } };
    default:
      return count > 1 ? { to: "/fleet" } : host;
  }
}

function errorsOf({ hostname, agent_id, runner }: AttentionSubject, count: number): string {
  const terms = ["level:>=error"];
  if (agent_id && count === 1) terms.push(writeTerm("agent", hostname || agent_id));
  if (runner) terms.push(writeTerm("runner", runner));
  return terms.join(" ");
}
