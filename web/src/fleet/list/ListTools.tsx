import { CloseButton, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { SearchIcon } from "../../icons/icons";
import { text } from "../../text";
import classes from "./list.module.css";

interface ListToolsProps {
  label: string;
  hint: string;
  words: string;
  onWords: (words: string | undefined) => void;
  count: string;
  children?: ReactNode;
}

/** What stands above a list: the search box, filters, and how many rows there are. */
export function ListTools({ label, hint, words, onWords, count, children }: ListToolsProps) {
  return (
    <div className={classes.tools}>
      <TextInput
        className={classes.search}
        size="sm"
        type="search"
        aria-label={label}
        placeholder={hint}
        leftSection={<SearchIcon />}
        rightSection={
          words && (
            <CloseButton
              size="sm"
              aria-label={text.fleet.common.clearSearch}
              onClick={() => onWords(undefined)}
            />
          )
        }
        value={words}
        onChange={(event) => onWords(event.currentTarget.value || undefined)}
      />
      {children}
      <span className={classes.count} role="status">
        {count}
      </span>
    </div>
  );
}
