import { Button, Group, MultiSelect, NumberInput, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { errorText } from "../../../api/error";
import { Notice } from "../../../app/Notice";
import { formatCount, formatNumber } from "../../../format/number";
import { formatPercent } from "../../../format/percent";
import { text } from "../../../text";
import { runnersQuery } from "../../reading";
import { type Backtested, backtestDraft, type Rate } from "./asking";
import { DifferenceTable } from "./DifferenceTable";
import { Errors } from "./TriedLines";
import classes from "./tryout.module.css";
import { useAsking } from "./useAsking";

const words = text.fleet.backtest;

/** Holds the draft against what the saved configuration made of the last lines that are stored. */
export function BacktestPanel({ name, draft }: { name: string; draft: unknown }) {
  const { data } = useQuery(runnersQuery);
  const [agent_ids, setAgents] = useState<string[]>([]);
  const [lines, setLines] = useState(10_000);
  const asking = useAsking((signal: AbortSignal) =>
    backtestDraft(draft, name, { agent_ids, lines }, signal),
  );
  const agents = (data?.runners ?? [])
    .filter((runner) => runner.name === name)
    .map(({ agent_id, hostname }) => ({ value: agent_id, label: hostname }));
  return (
    <div className={classes.panel}>
      <Text size="xs" c="dimmed">
        {words.text}
      </Text>
      <Group align="end" gap="sm">
        <NumberInput
          size="sm"
          w={130}
          label={words.lines}
          min={1}
          max={50_000}
          step={1000}
          value={lines}
          onChange={(value) => setLines(Number(value) || 10_000)}
        />
        <MultiSelect
          size="sm"
          miw={200}
          label={words.agents}
          placeholder={agent_ids.length === 0 ? words.allAgents : undefined}
          data={agents}
          value={agent_ids}
          onChange={setAgents}
        />
        {asking.isAsking ? (
          <Button size="sm" variant="default" onClick={asking.stop}>
            {words.running} {words.stop}
          </Button>
        ) : (
          <Button size="sm" disabled={draft === undefined} onClick={asking.ask}>
            {words.run}
          </Button>
        )}
      </Group>
      {asking.error !== null && <Notice>{errorText(asking.error)}</Notice>}
      {asking.answer && <Outcome found={asking.answer} />}
    </div>
  );
}

function Outcome({ found }: { found: Backtested }) {
  if (found.errors.length > 0) return <Errors errors={found.errors} />;
  const rows: [string, (rate: Rate) => string][] = [
    [words.rate, ({ match_rate }) => formatPercent(match_rate === null ? null : match_rate * 100)],
    [
      text.fleet.tryout.counts.parsed,
      ({ parsed, rows }) => `${formatCount(parsed)} / ${formatCount(rows)}`,
    ],
    [words.speed, ({ lines_per_s }) => formatNumber(lines_per_s)],
  ];
  return (
    <section className={classes.result} aria-label={words.outcome}>
      {found.notes.map((note) => (
        <p key={note} className={classes.note}>
          {note}
        </p>
      ))}
      {found.lines === 0 && <p className={classes.note}>{words.needsSaved}</p>}
      <Table verticalSpacing={5} fz="sm" maw={480}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th />
            <Table.Th ta="right">{words.current}</Table.Th>
            <Table.Th ta="right">{words.draft}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(([title, value]) => (
            <Table.Tr key={title}>
              <Table.Th scope="row">{title}</Table.Th>
              <Table.Td ta="right">{value(found.current)}</Table.Td>
              <Table.Td ta="right">{value(found.draft)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <DifferenceTable fields={found.fields} />
    </section>
  );
}
