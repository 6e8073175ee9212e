import { NumberInput } from "@mantine/core";
import { text } from "../../text";

const words = text.settings.collection;

interface IntervalFieldProps {
  interval_s: number | null;
  /** What counts while the field is empty. */
  hint: string;
  onChange: (interval_s: number | null) => void;
}

/** Seconds between samples; empty: nothing is said of them. */
export function IntervalField({ interval_s, hint, onChange }: IntervalFieldProps) {
  return (
    <NumberInput
      label={words.interval}
      description={hint}
      min={1}
      max={86_400}
      maw={320}
      value={interval_s ?? ""}
      onChange={(next) => onChange(next === "" ? null : Number(next))}
    />
  );
}
