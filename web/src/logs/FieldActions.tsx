import { ActionIcon, Tooltip } from "@mantine/core";
import type { ReactNode } from "react";
import { ColumnIcon, MinusIcon, PlusIcon } from "../icons/icons";
import { text } from "../text";
import classes from "./FieldActions.module.css";

const { field } = text.logs;

/** What can be done with a field's value: filter for it or out, show the field as a column. */
export interface FieldHandlers {
  columns: readonly string[];
  onFilter: (name: string, value: string, isWanted: boolean) => void;
  onColumn: (name: string) => void;
}

/** Buttons to filter for a value and to filter it out. */
export function FilterButtons(
  props: { name: string; value: string } & Pick<FieldHandlers, "onFilter">,
) {
  const { name, value, onFilter } = props;
  const short = value.length > 60 ? `${value.slice(0, 60)}…` : value;
  return (
    <span className={classes.fieldActions}>
      <SmallButton label={field.filterFor(name, short)} onClick={() => onFilter(name, value, true)}>
        <PlusIcon size={13} />
      </SmallButton>
      <SmallButton
        label={field.filterOut(name, short)}
        onClick={() => onFilter(name, value, false)}
      >
        <MinusIcon size={13} />
      </SmallButton>
    </span>
  );
}

/** A button that shows a field as a column, or hides it. */
export function ColumnButton({
  name,
  columns,
  onColumn,
}: { name: string } & Omit<FieldHandlers, "onFilter">) {
  const isShown = columns.includes(name);
  return (
    <SmallButton
      label={isShown ? field.removeColumn(name) : field.addColumn(name)}
      isPressed={isShown}
      onClick={() => onColumn(name)}
    >
      <ColumnIcon size={13} />
    </SmallButton>
  );
}

interface SmallButtonProps {
  label: string;
  isPressed?: boolean;
  onClick: () => void;
  children: ReactNode;
}

function SmallButton({ label, isPressed, onClick, children }: SmallButtonProps) {
  return (
    <Tooltip label={label} openDelay={400} maw={320} multiline>
      <ActionIcon
        variant={isPressed ? "light" : "subtle"}
        color={isPressed ? undefined : "gray"}
        size={22}
        aria-label={label}
        aria-pressed={isPressed}
        onClick={onClick}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
