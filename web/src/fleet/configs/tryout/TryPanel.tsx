import {
  Button,
  Group,
  Loader,
  NumberInput,
  SegmentedControl,
  Select,
  Text,
  Textarea,
} from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { errorText } from "../../../api/error";
import { Notice } from "../../../app/Notice";
import { text } from "../../../text";
import { agentsQuery } from "../../reading";
import { type Lines, tryDraft } from "./asking";
import { TriedLines } from "./TriedLines";
import classes from "./tryout.module.css";
import { useAsking } from "./useAsking";

const words = text.fleet.tryout;
const PAUSE_MS = 400;

/** Tries the draft on lines: pasted ones while one types, or newest ones of an agent's files. */
export function TryPanel({ draft }: { draft: unknown }) {
  const [source, setSource] = useState<"pasted" | "agent">("pasted");
  const [pasted, setPasted] = useState("");
  return (
    <div className={classes.panel}>
      <SegmentedControl
        size="xs"
        aria-label={words.source}
        value={source}
        onChange={(value) => setSource(value as "pasted" | "agent")}
        data={[
          { value: "pasted", label: words.pasted },
          { value: "agent", label: words.agent },
        ]}
      />
      {source === "pasted" ? (
        <PastedLines draft={draft} pasted={pasted} onPaste={setPasted} />
      ) : (
        <AgentLines draft={draft} />
      )}
    </div>
  );
}

interface PastedLinesProps {
  draft: unknown;
  pasted: string;
  onPaste: (lines: string) => void;
}

function PastedLines({ draft, pasted, onPaste }: PastedLinesProps) {
  const [lines] = useDebouncedValue(pasted, PAUSE_MS);
  const isReady = draft !== undefined && lines.trim() !== "";
  const query = useQuery({
    queryKey: ["tryout", draft, lines],
    queryFn: ({ signal }) =>
      tryDraft(draft, { lines: lines.replace(/\n$/, "").split("\n") }, signal),
    enabled: isReady,
    placeholderData: keepPreviousData,
    gcTime: 0,
    retry: false,
  });
  return (
    <>
      <Textarea
        label={words.lines}
        placeholder={words.linesHint}
        description={draft === undefined ? words.invalid : words.idle}
        autosize
        minRows={4}
        maxRows={12}
        classNames={{ input: classes.pasted }}
        value={pasted}
        onChange={(event) => onPaste(event.currentTarget.value)}
      />
      {query.isFetching && (
        <Text size="xs" c="dimmed" role="status">
          <Loader size={12} mr="xs" />
          {words.trying}
        </Text>
      )}
      {query.error && <Notice>{errorText(query.error)}</Notice>}
      {query.data && lines.trim() !== "" && <TriedLines tried={query.data} />}
    </>
  );
}

function AgentLines({ draft }: { draft: unknown }) {
  const { data } = useQuery(agentsQuery);
  const [agent_id, setAgent] = useState<string | null>(null);
  const [max_lines, setMax] = useState<number>(100);
  const asking = useAsking((signal: AbortSignal) =>
    tryDraft(draft, { agent_id: agent_id ?? "", max_lines } satisfies Lines, signal),
  );
  const agents = (data?.agents ?? []).map(({ id, hostname, state }) => ({
    value: id,
    label: `${hostname} · ${text.fleet.common.state[state] ?? state}`,
  }));
  return (
    <>
      <Text size="xs" c="dimmed">
        {draft === undefined ? words.invalid : words.agentText}
      </Text>
      <Group align="end" gap="sm">
        <Select
          size="sm"
          label={words.chooseAgent}
          searchable
          data={agents}
          value={agent_id}
          onChange={setAgent}
        />
        <NumberInput
          size="sm"
          w={120}
          label={words.maxLines}
          min={1}
          max={1000}
          value={max_lines}
          onChange={(value) => setMax(Number(value) || 100)}
        />
        {asking.isAsking ? (
          <Button size="sm" variant="default" onClick={asking.stop}>
            {words.running} {words.stop}
          </Button>
        ) : (
          <Button size="sm" disabled={!agent_id || draft === undefined} onClick={asking.ask}>
            {words.run}
          </Button>
        )}
      </Group>
      {asking.error !== null && <Notice>{errorText(asking.error)}</Notice>}
      {asking.answer && <TriedLines tried={asking.answer} />}
    </>
  );
}
