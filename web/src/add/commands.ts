import type { Way } from "./search";

const SERVER = /^https?:\/\/[A-Za-z0-9.\-_[\]:]+\/?$/;
const LOOPBACK = /^https?:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:|\/|$)/;
const TOKEN_FILE = "/etc/muster-agent.token";
const INSTALLED = "/opt/muster/.venv/bin/muster";

/** Tells whether it can stand in a command as an address of the server. */
export function isServer(text: string): boolean {
  return SERVER.test(text);
}

/** Tells whether only the server's own machine reaches it by this address. */
export function isLoopback(server: string): boolean {
  return LOOPBACK.test(server);
}

/** What puts the agent on a machine, in a copy of this repository. */
export const INSTALL: Record<Way, string> = {
  try: "make agent\n. .venv/bin/activate",
  service: "cd /opt/muster && sudo make agent",
};

/** What starts an agent there. The token is in no argument, since arguments show in a list of processes. */
export function startCommand(way: Way, server: string, token: string): string {
  const address = server.replace(/\/$/, "");
  if (way === "try") {
    return `MUSTER_AGENT_TOKEN=${token} muster agent --server ${address} --data muster-agent`;
  }
  return [
    `echo ${token} | sudo install -m 600 /dev/stdin ${TOKEN_FILE}`,
    `sudo ${INSTALLED} agent install --server ${address} --token-file ${TOKEN_FILE}`,
    "sudo systemctl daemon-reload",
    "sudo systemctl enable --now muster-agent",
  ].join("\n");
}
