import { Table } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./DataTable.module.css";

export interface Column<Row> {
  title: string;
  cell: (row: Row) => ReactNode;
  isNumber?: boolean;
}

interface DataTableProps<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row, index: number) => string;
  /** Stands in place of the table when there are no rows. */
  emptyText: string;
  /** On narrow screens each row is a card with a line for each column. */
  hasCards?: boolean;
}

/** A plain table; what does not fit on a narrow screen scrolls sideways, unless rows become cards. */
export function DataTable<Row>({
  label,
  columns,
  rows,
  rowKey,
  emptyText,
  hasCards = false,
}: DataTableProps<Row>) {
  const className = hasCards ? `${classes.scroller} ${classes.cards}` : classes.scroller;
  if (rows.length === 0) return <p className={classes.empty}>{emptyText}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={className} aria-label={label} tabIndex={0}>
      <Table verticalSpacing={6} fz="sm" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            {columns.map(({ title, isNumber }) => (
              <Table.Th key={title} className={classes.th} data-number={isNumber || undefined}>
                {title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row, index) => (
            <Table.Tr key={rowKey(row, index)}>
              {columns.map(({ title, cell, isNumber }) => (
                <Table.Td key={title} data-number={isNumber || undefined} data-title={title}>
                  {cell(row)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}
