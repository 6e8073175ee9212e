import { Button, CopyButton, Text, Title } from "@mantine/core";
import classes from "./fleet.module.css";

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** What an empty fleet shows: the two commands that bring in a machine. */
export function AddMachine() {
  const { hostname, origin } = window.location;
  return (
    <section className={classes.empty} aria-labelledby="add-machine">
      <Title order={2} size="h4" id="add-machine">
        No machine yet
      </Title>
      <Text c="dimmed">
        On the server, make a token that lets one machine enrol, and copy the file to that machine:
      </Text>
      <Command text="muster token create --scope agent --name web2 > web2.token" />
      <Text c="dimmed">There, start the agent. The machine shows up here within seconds:</Text>
      <Command text={`muster agent --server ${origin} --token-file web2.token`} />
      {LOOPBACK.test(hostname) && (
        <Text c="dimmed" size="sm">
          This server was opened by its loopback address. Other machines reach it by its name or
          address once it listens on the network: <code>--host 0.0.0.0</code>.
        </Text>
      )}
    </section>
  );
}

function Command({ text }: { text: string }) {
  return (
    <div className={classes.command}>
      <code>{text}</code>
      {window.isSecureContext && (
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button size="compact-xs" variant="default" onClick={copy}>
              {copied ? "Copied" : "Copy"}
            </Button>
          )}
        </CopyButton>
      )}
    </div>
  );
}
