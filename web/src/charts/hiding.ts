/** The lines that are hidden when one is chosen: all others, and none when it was the only one. */
export function only(
  label: string,
  labels: readonly string[],
  hidden: ReadonlySet<string>,
): ReadonlySet<string> {
  const others = labels.filter((other) => other !== label);
  const isAlone = !hidden.has(label) && others.every((other) => hidden.has(other));
  return new Set(isAlone ? [] : others);
}

/** The lines that are hidden when one of them is shown or hidden. */
export function toggled(label: string, hidden: ReadonlySet<string>): ReadonlySet<string> {
  const next = new Set(hidden);
  if (!next.delete(label)) next.add(label);
  return next;
}

/** The places of values when the highest comes first; what is missing comes last. */
export function ranksOf(values: readonly (number | null)[]): number[] {
  const height = (index: number) => values[index] ?? Number.NEGATIVE_INFINITY;
  const order = [...values.keys()].toSorted(
    (one, other) => height(other) - height(one) || one - other,
  );
  const ranks = new Array<number>(values.length);
  for (const [rank, index] of order.entries()) ranks[index] = rank;
  return ranks;
}
