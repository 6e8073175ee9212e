import { Modal } from "@mantine/core";
import { type KeyboardEvent, useEffect, useId, useMemo, useState } from "react";
import { text } from "../text";
import classes from "./Commands.module.css";
import { type Command, findCommands } from "./palette";
import { useCommands } from "./useCommands";

const { commands: labels } = text;

interface CommandPaletteProps {
  isOpen: boolean;
  onClose: () => void;
  onKeys: () => void;
}

/** Goes to a page or machine, or does something, by a few letters of its name. */
export function CommandPalette({ isOpen, onClose, onKeys }: CommandPaletteProps) {
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      withCloseButton={false}
      attributes={{ content: { "aria-label": labels.open } }}
      size="lg"
      padding={0}
      yOffset="12vh"
    >
      <Finder onClose={onClose} onKeys={onKeys} />
    </Modal>
  );
}

function Finder({ onClose, onKeys }: Omit<CommandPaletteProps, "isOpen">) {
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const listId = useId();
  const commands = useCommands(onKeys);
  const found = useMemo(() => findCommands(commands, words), [commands, words]);
  const chosen = found[Math.min(at, found.length - 1)];

  useEffect(() => {
    document.getElementById(`${listId}-${at}`)?.scrollIntoView?.({ block: "nearest" });
  }, [at, listId]);

  const take = (command: Command) => {
    onClose();
    command.run();
  };
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length > 0) setAt((at + step + found.length) % found.length);
    else if (event.key === "Enter" && chosen && !event.nativeEvent.isComposing) take(chosen);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <input
        className={classes.field}
        data-autofocus
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={chosen && `${listId}-${found.indexOf(chosen)}`}
        aria-label={labels.open}
        placeholder={labels.placeholder}
        value={words}
        onChange={(event) => {
          setWords(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={press}
      />
      <div id={listId} className={classes.list} role="listbox" aria-label={labels.list}>
        {found.map((command, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the field, which names the option
          // biome-ignore lint/a11y/useFocusableInteractive: as above
          <div
            key={command.id}
            id={`${listId}-${index}`}
            className={classes.option}
            role="option"
            aria-selected={command === chosen}
            onMouseMove={() => setAt(index)}
            onClick={() => take(command)}
          >
            <span className={classes.label}>{command.label}</span>
            {command.note && <span className={classes.note}>{command.note}</span>}
            <span className={classes.kind}>{labels.kinds[command.kind]}</span>
          </div>
        ))}
      </div>
      {found.length === 0 && <p className={classes.nothing}>{labels.nothing(words)}</p>}
    </>
  );
}
