import { Button } from "@mantine/core";
import { AdminOnly } from "../../session/AdminOnly";
import { text } from "../../text";
import { useAskChange } from "../change/ChangesProvider";
import { SelectionBar } from "../list/SelectionBar";
import type { Selection } from "../list/selection";
import type { RunnerLine } from "../types";
import { ORDERS, orderRunners } from "./changes";
import { keyOf } from "./order";

interface RunnerBulkProps {
  selection: Selection;
  runners: readonly RunnerLine[];
}

/** Starts, stops, resets and deletes the runners that are chosen. */
export function RunnerBulk({ selection, runners }: RunnerBulkProps) {
  const ask = useAskChange();
  const chosen = runners.filter((runner) => selection.has(keyOf(runner)));
  return (
    <AdminOnly>
      <SelectionBar selection={selection}>
        {ORDERS.map((order) => (
          <Button
            key={order}
            size="compact-sm"
            variant="default"
            onClick={() => ask({ ...orderRunners(order, chosen), onDone: () => selection.set([]) })}
          >
            {text.fleet.runners.bulk[order]}
          </Button>
        ))}
      </SelectionBar>
    </AdminOnly>
  );
}
