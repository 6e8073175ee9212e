import { Table } from "@mantine/core";
import { MISSING } from "../../../format/missing";
import { formatCount } from "../../../format/number";
import { text } from "../../../text";
import type { Backtested } from "./asking";
import classes from "./tryout.module.css";

const words = text.fleet.backtest;

/** In how many lines each field differs between draft and stored, with an example. */
export function DifferenceTable({ fields }: { fields: Backtested["fields"] }) {
  if (fields.length === 0) return <p className={classes.same}>✓ {words.same}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.scroller} aria-label={words.fields} tabIndex={0}>
      <Table verticalSpacing={5} fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{words.field}</Table.Th>
            <Table.Th ta="right">{words.onlyDraft}</Table.Th>
            <Table.Th ta="right">{words.onlyCurrent}</Table.Th>
            <Table.Th ta="right">{words.differs}</Table.Th>
            <Table.Th>{words.examples}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {fields.map(({ field, only_draft, only_current, differs, examples }) => (
            <Table.Tr key={field}>
              <Table.Th scope="row">{field}</Table.Th>
              {[only_draft, only_current, differs].map((count, index) => (
                <Table.Td key={index} ta="right">
                  {formatCount(count)}
                </Table.Td>
              ))}
              <Table.Td>
                {examples[0] && (
                  <span className={classes.example} title={examples[0].raw}>
                    <del>{examples[0].current ?? MISSING}</del>{" "}
                    <ins>{examples[0].draft ?? MISSING}</ins>
                  </span>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}
