import { Checkbox } from "@mantine/core";
import { text } from "../../text";
import type { Selection } from "./selection";

/** Chooses all rows that are shown, or none. */
export function SelectAll({ selection, keys }: { selection: Selection; keys: readonly string[] }) {
  const count = selection.keys.length;
  return (
    <Checkbox
      size="xs"
      label={text.fleet.common.selectAll}
      checked={count > 0 && count === keys.length}
      indeterminate={count > 0 && count < keys.length}
      onChange={() => selection.set(count === keys.length ? [] : keys)}
    />
  );
}
