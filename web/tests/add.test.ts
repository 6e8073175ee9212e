import { expect, test } from "vitest";
import { isLoopback, isServer, startCommand } from "../src/add/commands";
import { parseAddSearch } from "../src/add/search";

test.each([
  ["http://web1:8080", true],
  ["https://muster.example", true],
  ["http://[::1]:8080/", true],
  ["ftp://web1", false],
  ["web1:8080", false],
  ["http://web1; rm -rf /", false],
  ["http://$(id)", false],
  ["http://a/`id`", false],
])("%s may stand in a command: %s", (server, expected) => {
  expect(isServer(server)).toBe(expected);
});

test.each([
  ["http://127.0.0.1:8080", true],
  ["http://localhost", true],
  ["http://[::1]:8080", true],
  ["http://localhost.example", false],
  ["http://10.0.0.1:8080", false],
])("%s is of this machine only: %s", (server, expected) => {
  expect(isLoopback(server)).toBe(expected);
});

test("a token is in the environment or a file, never in an argument of the agent", () => {
  expect(startCommand("try", "http://web1:8080/", "SECRET")).toBe(
    "MUSTER_AGENT_TOKEN=SECRET muster agent --server http://web1:8080 --data muster-agent",
  );
  const [first, ...rest] = startCommand("service", "http://web1:8080", "SECRET").split("\n");
  expect(first).toMatch(/^echo SECRET \|/);
  expect(rest.join(" ")).not.toContain("SECRET");
});

test("the address keeps what can be chosen, and nothing else", () => {
  const token = "0123456789ab";
  expect(parseAddSearch({ way: "service", machines: 3, tags: ["a", 1], token, x: 1 })).toEqual({
    way: "service",
    machines: 3,
    tags: ["a"],
    server: undefined,
    token,
  });
  expect(parseAddSearch({ way: "x", machines: 0, tags: "a", token: "muster_x" })).toEqual({});
});
