import { Checkbox, TagsInput } from "@mantine/core";
import { text } from "../../text";

const words = text.settings.collection.ports;
const ONE = /^\s*(\d{1,5})(?:\s*-\s*(\d{1,5}))?\s*$/;
const MAX = 65_535;

interface PortsFieldProps {
  /** Null: nothing is said of ports. */
  ports: readonly string[] | null;
  hint: string;
  onChange: (ports: readonly string[] | null) => void;
}

/** Ports and ranges, or nothing said of them. */
export function PortsField({ ports, hint, onChange }: PortsFieldProps) {
  const wrong = ports?.find((port) => !isPorts(port));
  return (
    <div>
      <Checkbox
        label={words.say}
        description={ports === null ? hint : undefined}
        checked={ports !== null}
        onChange={({ currentTarget: { checked } }) => onChange(checked ? [] : null)}
      />
      {ports !== null && (
        <TagsInput
          mt="xs"
          label={words.label}
          description={words.what}
          placeholder={words.hint}
          splitChars={[",", " "]}
          acceptValueOnBlur
          value={[...ports]}
          error={wrong !== undefined && words.wrong(wrong)}
          onChange={(next) => onChange(next.flatMap((each) => each.split(/[,;]/)).filter(Boolean))}
        />
      )}
    </div>
  );
}

/** Tells whether a text is a port or a range of ports. */
export function isPorts(port: string): boolean {
  const [, first = "", last = first] = ONE.exec(port) ?? [];
  return Number(first) >= 1 && Number(first) <= Number(last) && Number(last) <= MAX;
}
