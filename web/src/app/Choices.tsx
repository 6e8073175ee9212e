import classes from "./Choices.module.css";

interface ChoicesProps<Value extends string> {
  label: string;
  values: readonly Value[];
  /** What each is called. */
  names: Record<Value, string>;
  /** Null where something else is in force. */
  chosen: Value | null;
  isDisabled?: (value: Value) => boolean;
  onChoose: (value: Value) => void;
}

/** A few choices side by side, one of which is in force. */
export function Choices<Value extends string>(props: ChoicesProps<Value>) {
  const { label, values, names, chosen, isDisabled, onChoose } = props;
  return (
    <div className={classes.choices} role="toolbar" aria-label={label}>
      {values.map((value) => (
        <button
          key={value}
          type="button"
          className={classes.choice}
          aria-pressed={value === chosen}
          disabled={isDisabled?.(value)}
          onClick={() => onChoose(value)}
        >
          {names[value]}
        </button>
      ))}
    </div>
  );
}
