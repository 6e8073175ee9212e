import { Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { QueryNotice } from "../../app/QueryNotice";
import { formatCount } from "../../format/number";
import { text } from "../../text";
import { ledgerQuery } from "../reading";
import type { Ledger } from "../types";
import classes from "./drawer.module.css";

const words = text.fleet.agents.detail;
type Stream = Ledger["streams"][number];

/** What an agent read, sent and lost in each stream, and what is stored of it, counted from rows. */
export function LedgerTable({ agent_id }: { agent_id: string }) {
  const query = useQuery(ledgerQuery(agent_id));
  const streams = query.data?.streams ?? [];
  const isEqual = streams.every((stream) => differenceOf(stream) === 0);
  return (
    <>
      <QueryNotice query={query} height={120} />
      {query.data && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section className={classes.scroller} aria-label={words.ledger} tabIndex={0}>
          <Table verticalSpacing={5} fz="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{words.streams}</Table.Th>
                {[words.collected, words.acknowledged, words.waiting, words.lost, words.stored].map(
                  (title) => (
                    <Table.Th key={title} ta="right">
                      {title}
                    </Table.Th>
                  ),
                )}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {streams.map((stream) => (
                <StreamRow key={stream.agent.stream} stream={stream} />
              ))}
            </Table.Tbody>
          </Table>
        </section>
      )}
      {query.data && isEqual && <p className={classes.equal}>✓ {words.equal}</p>}
    </>
  );
}

function StreamRow({ stream }: { stream: Stream }) {
  const { agent, stored, missing_batches } = stream;
  const difference = differenceOf(stream);
  const lost = agent.dropped + agent.thinned + agent.quarantined;
  return (
    <Table.Tr>
      <Table.Td>{agent.stream}</Table.Td>
      {[agent.collected, agent.acknowledged, agent.waiting].map((count, index) => (
        <Table.Td key={index} ta="right">
          {formatCount(count)}
        </Table.Td>
      ))}
      <Table.Td ta="right" data-warning={lost > 0 || undefined} className={classes.count}>
        {formatCount(lost)}
      </Table.Td>
      <Table.Td ta="right">
        {stored === null ? (
          <span className={classes.quiet}>{words.notCounted}</span>
        ) : (
          formatCount(stored)
        )}
        {difference !== 0 && <div className={classes.differs}>{words.differs(difference)}</div>}
        {missing_batches > 0 && (
          <div className={classes.differs}>{words.missing(missing_batches)}</div>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

/**
 * How many acknowledged rows are not stored. The agent says its counts with its check-ins, so more
 * may be stored than it has said.
 */
export function differenceOf({ agent, stored }: Stream): number {
  return stored === null ? 0 : Math.max(0, agent.acknowledged - stored);
}
