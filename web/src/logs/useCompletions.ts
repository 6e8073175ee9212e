import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Completion, complete, typingAt } from "./completion";
import { fieldsQuery, valuesQuery } from "./queries";
import type { Asked } from "./search";

const WAIT_MS = 120;
const MAX_SHOWN = 12;
const NONE: Completion[] = [];

/** What could stand at the cursor: fields of the rows of the time range, or values of a field. */
export function useCompletions(
  query: string,
  cursor: number,
  asked: Asked,
  isOn: boolean,
): readonly Completion[] {
  const typing = useMemo(() => typingAt(query, cursor), [query, cursor]);
  const [settled] = useDebouncedValue(typing, WAIT_MS);
  // Of all rows of the time: a query that is half written would be refused.
  const all = { q: "", range: asked.range };
  const isField = typing?.kind === "field";
  const isValue = settled?.kind === "value";
  const names = useQuery({ ...fieldsQuery(all, 0), enabled: isOn && isField });
  const values = useQuery({
    ...valuesQuery(all, settled?.field ?? "", settled?.prefix, 30),
    enabled: isOn && isValue,
  });
  return useMemo(() => {
    if (!isOn || !typing) return NONE;
    const known = typing.kind === "field" ? names.data?.names : values.data?.values;
    const isStale = typing.kind === "value" && values.data?.field !== typing.field;
    return isStale ? NONE : complete(query, typing, known ?? []).slice(0, MAX_SHOWN);
  }, [isOn, typing, query, names.data, values.data]);
}
