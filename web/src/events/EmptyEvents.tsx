import { CopyLine } from "../app/CopyLine";
import { EmptyState } from "../app/EmptyState";
import { usePageTitle } from "../app/usePageTitle";
import { text } from "../text";

const { empty } = text.events;

/** How to count a first event. */
export function EmptyEvents() {
  usePageTitle(text.events.title);
  const { origin } = window.location;
  const count = `curl -X POST -H "Authorization: Bearer $(cat events.token)" ${origin}/api/events`;
  return (
    <EmptyState title={empty.title} order={1}>
      <p>{empty.token}</p>
      <CopyLine
        label={empty.token}
        content="muster token create --scope write:events --name counting > events.token"
      />
      <p>{empty.count}</p>
      <CopyLine label={empty.count} content={`${count}/signed-up`} />
      <p>{empty.many}</p>
      <CopyLine label={empty.many} content={`${count}/signed-up/25`} />
      <p>{empty.soon}</p>
    </EmptyState>
  );
}
