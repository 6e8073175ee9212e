import { Select } from "@mantine/core";

interface FilterProps {
  label: string;
  value: string | undefined;
  data: (string | { value: string; label: string })[];
  onChange: (value: string | undefined) => void;
}

/** Narrows a list to the rows with one value. */
export function Filter({ label, value, data, onChange }: FilterProps) {
  return (
    <Select
      size="sm"
      w={150}
      aria-label={label}
      placeholder={label}
      clearable
      searchable
      data={data}
      value={value ?? null}
      onChange={(next) => onChange(next ?? undefined)}
    />
  );
}
