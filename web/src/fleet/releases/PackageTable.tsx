import { Table } from "@mantine/core";
import { formatBytes } from "../../format/bytes";
import { formatMoment } from "../../format/time";
import { text } from "../../text";
import type { Package } from "../types";
import classes from "./releases.module.css";

const { columns, packages: label } = text.fleet.releases;

/** The newest package for each system. */
export function PackageTable({ packages }: { packages: readonly Package[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.scroller} aria-label={label} tabIndex={0}>
      <Table verticalSpacing={5} fz="sm">
        <Table.Thead>
          <Table.Tr>
            {[columns.version, columns.system, columns.added, columns.size, columns.message].map(
              (title) => (
                <Table.Th key={title}>{title}</Table.Th>
              ),
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {packages.map(({ hash, version, os, arch, python, version_stamp, size, message }) => (
            <Table.Tr key={hash}>
              <Table.Td>{version}</Table.Td>
              <Table.Td>{[os, arch, python].join(" ")}</Table.Td>
              <Table.Td>{formatMoment(Date.parse(version_stamp) * 1000)}</Table.Td>
              <Table.Td>{formatBytes(size)}</Table.Td>
              <Table.Td>{message}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}
