import { formatCount } from "../../format/number";
import { many, plural } from "./many";

/** The page that brings in machines. */
export const add = {
  title: "Add a machine",
  none: "No machine yet",
  what: "A machine is added by its agent: install and start it there, and it shows up here within a second.",
  adminsOnly:
    "Only administrators let machines in. Ask one of them, or make a token on the server's machine:",
  server: "This server's address, as that machine reaches it",
  serverWrong: "Expected http://HOST:PORT or https://HOST:PORT",
  loopback:
    "This address leads every machine to itself. It works on the server's own machine; others need a name or address of this server, once it listens on the network (muster up --host 0.0.0.0).",
  ownAuthority: "With a certificate of your own making, add --ca-file FILE with its authority.",
  machines: "How many",
  tags: "Tags they get",
  tagsHint: "Tags grant configurations, such as which logs to collect.",
  make: "Make the command",
  makeAnother: "Make another command",
  ways: { try: "Until you end it", service: "As a service" },
  tokenName: (machines: number) =>
    plural(machines, "add a machine", `add ${formatCount(machines)} machines`),
  way: "The agent runs",
  installStep: "On that machine, in a copy of this repository",
  installService: "On that machine, with a copy of this repository in /opt/muster",
  installWhat:
    "git clone it, or copy the directory from the server's machine. It needs python3 (3.11 or newer), pip and make; to install, it must also reach a package index.",
  startStep: "Start the agent",
  startWhat: {
    try: "It keeps what it collects in muster-agent/ until the server has it, and needs the token this once.",
    service: "It starts with the machine, as a user that systemd makes for it.",
  },
  install: "Commands that install the agent",
  start: "Command that starts the agent",
  arrivals: "It shows up here",
  waiting: (more: number) =>
    plural(more, "Waiting for the machine …", `Waiting for ${formatCount(more)} machines …`),
  validUntil: (time: string, minutes: number) =>
    minutes < 1
      ? `The command works until ${time}: less than a minute more.`
      : `The command works until ${time}: ${many(minutes, "minute")} more.`,
  arrived: (count: number, all: number) =>
    plural(
      all,
      "The machine is here.",
      `${formatCount(count)} of ${formatCount(all)} machines are here.`,
    ),
  allArrived: "Each machine that the command was made for is here, and it lets in no more.",
  states: {
    expired: "The command is older than an hour and lets in no machine any more.",
    revoked: "The command's token was revoked. It lets in no machine any more.",
  } as Record<string, string>,
  gone: "There is no such token any more.",
  onceOnly:
    "The command was shown when it was made, and is not kept. Its machines still show up here.",
  figures: "figures arrive",
  noFigures: "first figures within seconds",
  list: "Machines that arrived",
};
