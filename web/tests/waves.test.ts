import { expect, test } from "vitest";
import { versionCounts, wavesOf } from "../src/fleet/releases/waves";
import { makeAgent } from "./fleet-lines";

test("each tag is a wave, and all agents are the first", () => {
  const agents = [
    makeAgent({ id: "1", tags: ["web"], upgrade: "available" }),
    makeAgent({ id: "2", tags: ["web", "db"], upgrade: "failed" }),
    makeAgent({ id: "3", upgrade: "current", version: "0.3.0" }),
  ];
  const tag = (name: string) => ({ name, note: "", agent_ids: [], config_names: [] });
  const [all, web, db, none] = wavesOf(agents, [tag("web"), tag("db"), tag("idle")]);
  expect(all).toMatchObject({ tag: null, agents: 3, steps: { current: 1, available: 1 } });
  expect(web).toMatchObject({ tag: "web", agents: 2, steps: { available: 1, failed: 1 } });
  expect(db).toMatchObject({ tag: "db", agents: 1 });
  expect(none).toBeUndefined();
  expect(versionCounts(agents)).toEqual([
    ["0.2.0", 2],
    ["0.3.0", 1],
  ]);
});
