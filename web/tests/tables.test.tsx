import { MantineProvider } from "@mantine/core";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import type { Column } from "../src/tables/column";
import { stepRow } from "../src/tables/steps";
import { VirtualTable } from "../src/tables/VirtualTable";

interface Tree {
  name: string;
  height_m: number;
}

const COLUMNS: readonly Column<Tree, "name" | "height">[] = [
  { key: "name", title: "Name", cell: ({ name }) => name, isSortable: true },
  {
    key: "height",
    title: "Height",
    cell: ({ height_m }) => height_m,
    isNumber: true,
    from_px: 99_999,
  },
];

function show(count: number, props: { onOpen?: (tree: Tree) => void; onSort?: () => void } = {}) {
  const rows = Array.from({ length: count }, (_, index) => ({ name: `oak ${index}`, height_m: 9 }));
  return render(
    <MantineProvider env="test">
      <VirtualTable
        label="Trees"
        columns={COLUMNS}
        rows={rows}
        rowKey={({ name }) => name}
        sort="name"
        order="desc"
        {...props}
      />
    </MantineProvider>,
  );
}

test("a hundred thousand rows put few into the document", () => {
  show(100_000);
  expect(screen.getByRole("grid", { name: "Trees" })).toHaveAttribute("aria-rowcount", "100001");
  expect(screen.getAllByRole("row").length).toBeLessThan(80);
});

test("the header tells the order and asks for another; narrow windows have fewer columns", async () => {
  const onSort = vi.fn();
  show(3, { onSort });
  const header = screen.getByRole("columnheader");
  expect(header).toHaveAttribute("aria-sort", "descending");
  await userEvent.click(screen.getByRole("button", { name: "Name" }));
  expect(onSort).toHaveBeenCalledWith("name");
});

test("arrows go from row to row and Enter opens", async () => {
  const onOpen = vi.fn();
  const user = userEvent.setup();
  show(3, { onOpen });
  await user.tab();
  expect(screen.getAllByRole("row")[1]).toHaveFocus();
  await user.keyboard("{ArrowDown}");
  await waitFor(() => expect(screen.getAllByRole("row")[2]).toHaveFocus());
  await user.keyboard("{Enter}");
  expect(onOpen).toHaveBeenCalledWith({ name: "oak 1", height_m: 9 });
});

test("rows that are there are not drawn anew when the table is; another row is", () => {
  const cell = vi.fn(({ name }: Tree) => name);
  const columns: Column<Tree>[] = [{ key: "name", title: "Name", cell }];
  const oak = { name: "oak", height_m: 9 };
  const table = (rows: Tree[]) => (
    <MantineProvider env="test">
      <VirtualTable label="Trees" columns={columns} rows={rows} rowKey={({ name }) => name} />
    </MantineProvider>
  );
  const { rerender } = render(table([oak]));
  const drawn = cell.mock.calls.length;
  expect(drawn).toBeGreaterThan(0);
  rerender(table([oak, { name: "elm", height_m: 7 }]));
  const fresh = cell.mock.calls.slice(drawn).map(([{ name }]) => name);
  expect(new Set(fresh)).toEqual(new Set(["elm"]));
});

test("steps stay within the table", () => {
  expect(stepRow("ArrowUp", 0, 5)).toBe(0);
  expect(stepRow("PageDown", 2, 5)).toBe(4);
  expect(stepRow("End", 0, 5)).toBe(4);
  expect(stepRow("Home", 4, 5)).toBe(0);
  expect(stepRow("x", 1, 5)).toBeNull();
  expect(stepRow("ArrowDown", 0, 0)).toBeNull();
});
