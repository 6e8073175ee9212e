import { expect, test } from "vitest";
import type { LastValue } from "../src/api/types";
import { filterProcesses, processRows } from "../src/host/processes";

const last: LastValue[] = [
  { metric: "process.cpu_percent", labels: { process: "Nginx" }, value: 3, ts_us: 20 },
  { metric: "process.cpu_percent", labels: { process: "Old" }, value: 99, ts_us: 10 },
  { metric: "process.memory_bytes", labels: { process: "Sshd" }, value: 1024, ts_us: 20 },
  { metric: "cpu.used_percent", labels: {}, value: 50, ts_us: 20 },
];

test("the busiest come first, then the largest, then by name", () => {
  const rows = processRows({ Bash: [1], Sshd: [2, 3], Old: [4], Nginx: [5] }, last);
  expect(rows.map(({ name }) => name)).toEqual(["Nginx", "Sshd", "Bash", "Old"]);
});

test("a process that left the busiest has no stale value", () => {
  const [row] = processRows({ Old: [4] }, last);
  expect(row?.cpu_percent).toBeNull();
});

test("names such as __proto__ are names", () => {
  const processes = JSON.parse('{"__proto__": [1], "constructor": [2]}') as Record<
    string,
    number[]
  >;
  expect(processRows(processes, []).map(({ name }) => name)).toEqual(["__proto__", "constructor"]);
});

test("a search finds part of a name or a whole pid", () => {
  const rows = processRows({ Nginx: [80, 81], Sshd: [8] }, []);
  expect(filterProcesses(rows, "GIN").map(({ name }) => name)).toEqual(["Nginx"]);
  expect(filterProcesses(rows, "8").map(({ name }) => name)).toEqual(["Sshd"]);
  expect(filterProcesses(rows, " ")).toBe(rows);
});
