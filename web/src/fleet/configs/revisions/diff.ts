export interface DiffRow {
  kind: "same" | "added" | "removed";
  text: string;
}

/** A part of a difference: rows to show, or how many equal lines were left out. */
export type DiffPart = DiffRow | { kind: "skipped"; count: number };

const CONTEXT_LINES = 3;

/** Returns the lines of two texts in one order, by their longest common subsequence. */
export function diffLines(before: string, after: string): DiffRow[] {
  const left = toLines(before);
  const right = toLines(after);
  let head = 0;
  while (head < left.length && head < right.length && left[head] === right[head]) head += 1;
  let tail = 0;
  while (
    tail < Math.min(left.length, right.length) - head &&
    left[left.length - 1 - tail] === right[right.length - 1 - tail]
  )
    tail += 1;
  return [
    ...left.slice(0, head).map(same),
    ...diffMiddle(left.slice(head, left.length - tail), right.slice(head, right.length - tail)),
    ...left.slice(left.length - tail).map(same),
  ];
}

function diffMiddle(left: string[], right: string[]): DiffRow[] {
  const width = right.length + 1;
  const lengths = new Uint32Array((left.length + 1) * width);
  const at = (row: number, column: number) => lengths[row * width + column] ?? 0;
  for (let row = left.length - 1; row >= 0; row -= 1) {
    for (let column = right.length - 1; column >= 0; column -= 1) {
      lengths[row * width + column] =
        left[row] === right[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const rows: DiffRow[] = [];
  let row = 0;
  let column = 0;
  while (row < left.length || column < right.length) {
    const one = left[row];
    const other = right[column];
    if (one !== undefined && one === other) {
      rows.push(same(one));
      row += 1;
      column += 1;
    } else if (
      one !== undefined &&
      (other === undefined || at(row + 1, column) >= at(row, column + 1))
    ) {
      rows.push({ kind: "removed", text: one });
      row += 1;
    } else if (other !== undefined) {
      rows.push({ kind: "added", text: other });
      column += 1;
    }
  }
  return rows;
}

/** Leaves out equal lines that are far from every change. */
export function foldSame(rows: readonly DiffRow[]): DiffPart[] {
  const isNear = rows.map((_, index) =>
    rows
      .slice(Math.max(0, index - CONTEXT_LINES), index + CONTEXT_LINES + 1)
      .some(({ kind }) => kind !== "same"),
  );
  const parts: DiffPart[] = [];
  for (const [index, row] of rows.entries()) {
    const last = parts.at(-1);
    if (isNear[index]) parts.push(row);
    else if (last?.kind === "skipped") last.count += 1;
    else parts.push({ kind: "skipped", count: 1 });
  }
  return parts;
}

function same(text: string): DiffRow {
  return { kind: "same", text };
}

function toLines(text: string): string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}
