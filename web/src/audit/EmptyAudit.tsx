import { Button, CopyButton, Title } from "@mantine/core";
import { text } from "../text";
import classes from "./audit.module.css";

const { empty } = text.audit;

/** How a first event gets into the log. */
export function EmptyAudit() {
  const send = `curl -H "Authorization: Bearer $(cat audit.token)" ${window.location.origin}/api/event \\
  -d '[{"event_ts": "${new Date().toISOString()}", "application_name": "shop", "event_kind": "UserCreated", "payload": {"user": "ada"}}]'`;
  return (
    <section className={classes.empty}>
      <Title order={2} size="h4">
        {empty.title}
      </Title>
      <p>{empty.token}</p>
      <Command line="muster token create --scope write:audit --name shop > audit.token" />
      <p>{empty.send}</p>
      <Command line={send} />
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
