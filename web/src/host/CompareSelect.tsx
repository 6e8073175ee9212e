import { NativeSelect } from "@mantine/core";
import { text } from "../text";
import { COMPARISONS, type Comparison } from "./search";

const words = text.host.compare;

interface CompareSelectProps {
  value: Comparison | undefined;
  onChange: (value: Comparison | undefined) => void;
}

/** Chooses the earlier span that charts are compared with. */
export function CompareSelect({ value, onChange }: CompareSelectProps) {
  return (
    <NativeSelect
      size="xs"
      w="10.5rem"
      aria-label={words.label}
      value={value ?? ""}
      data={[
        { value: "", label: words.names.off },
        ...COMPARISONS.map((name) => ({ value: name, label: words.names[name] })),
      ]}
      onChange={({ currentTarget }) =>
        onChange(COMPARISONS.find((name) => name === currentTarget.value))
      }
    />
  );
}
