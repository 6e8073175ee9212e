import { Button, CopyButton, Title } from "@mantine/core";
import { text } from "../text";
import classes from "./events.module.css";

const { empty } = text.events;

/** How to count a first event. */
export function EmptyEvents() {
  const { origin } = window.location;
  const count = `curl -X POST -H "Authorization: Bearer $(cat events.token)" ${origin}/api/events`;
  return (
    <section className={classes.empty}>
      <Title order={1} size="h4">
        {empty.title}
      </Title>
      <p>{empty.token}</p>
      <Command line="muster token create --scope write:events --name counting > events.token" />
      <p>{empty.count}</p>
      <Command line={`${count}/signed-up`} />
      <p>{empty.many}</p>
      <Command line={`${count}/signed-up/25`} />
      <p>{empty.soon}</p>
    </section>
  );
}

function Command({ line }: { line: string }) {
  return (
    <div className={classes.command}>
      <code>{line}</code>
      {window.isSecureContext && (
        <CopyButton value={line}>
          {({ copied, copy }) => (
            <Button size="compact-xs" variant="default" onClick={copy}>
              {copied ? empty.copied : empty.copy}
            </Button>
          )}
        </CopyButton>
      )}
    </div>
  );
}
