import { Button, Group, Title } from "@mantine/core";
import { CopyLine } from "../app/CopyLine";
import { EmptyState } from "../app/EmptyState";
import { text } from "../text";

const { empty } = text.logs;

const CONFIG = `{
  "reader": {"mode": "tailx", "log_path": "/var/log/nginx/*.log"},
  "parser": {"type": "nginx"}
}`;

interface EmptyLogsProps {
  query: string;
  onClear: () => void;
  onMoreTime: (() => void) | null;
}

/** What stands in place of rows when there are none, and what to do then. */
export function EmptyLogs({ query, onClear, onMoreTime }: EmptyLogsProps) {
  const hasQuery = query !== "";
  return (
    <EmptyState title={hasQuery ? empty.noMatch : empty.noRows}>
      {hasQuery && <p>{empty.noMatchWhy}</p>}
      {/(?<!\S)-\S/.test(query) && <p>{empty.minus}</p>}
      {/(?<![^\s-])(?:machine|host|hostname):/i.test(query) && <p>{empty.machine}</p>}
      <Group gap="xs">
        {onMoreTime && (
          <Button size="compact-sm" variant="default" onClick={onMoreTime}>
            {empty.moreTime}
          </Button>
        )}
        {hasQuery && (
          <Button size="compact-sm" variant="default" onClick={onClear}>
            {empty.clear}
          </Button>
        )}
      </Group>
      {!hasQuery && <HowToCollect />}
    </EmptyState>
  );
}

function HowToCollect() {
  const post = `echo '{"level":"info","message":"hello"}' |
curl -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/x-ndjson' --data-binary @- '${window.location.origin}/console/v1/logs?source=app'`;
  return (
    <>
      <Title order={3} size="h5">
        {empty.how}
      </Title>
      <p>{empty.up}</p>
      <p>{empty.config}</p>
      <CopyLine label={empty.config} content={CONFIG} />
      <p>{empty.post}</p>
      <CopyLine label={empty.post} content={post} />
    </>
  );
}
