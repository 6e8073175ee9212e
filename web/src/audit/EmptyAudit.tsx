import { CopyLine } from "../app/CopyLine";
import { EmptyState } from "../app/EmptyState";
import { text } from "../text";

const { empty } = text.audit;

/** How a first event gets into the log. */
export function EmptyAudit() {
  const send = `curl -H "Authorization: Bearer $(cat audit.token)" ${window.location.origin}/api/event \\
  -d '[{"event_ts": "${new Date().toISOString()}", "application_name": "shop", "event_kind": "UserCreated", "payload": {"user": "ada"}}]'`;
  return (
    <EmptyState title={empty.title}>
      <p>{empty.token}</p>
      <CopyLine
        label={empty.token}
        content="muster token create --scope write:audit --name shop > audit.token"
      />
      <p>{empty.send}</p>
      <CopyLine label={empty.send} content={send} />
      <p>{empty.soon}</p>
    </EmptyState>
  );
}
