import { Button, CloseButton } from "@mantine/core";
import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { useTyped } from "../app/useTyped";
import { SearchIcon } from "../icons/icons";
import { text } from "../text";
import { Completions } from "./Completions";
import type { Completion } from "./completion";
import { QueryProblem } from "./QueryProblem";
import classes from "./SearchBar.module.css";
import type { Asked } from "./search";
import { useCompletions } from "./useCompletions";

const { logs } = text;

interface SearchBarProps {
  asked: Asked;
  /** What the server said against the query, if it did. */
  problem: string | null;
  isBusy: boolean;
  onSearch: (query: string) => void;
}

/** The query of the logs page, with completion of fields and values; Enter asks. */
export function SearchBar({ asked, problem, isBusy, onSearch }: SearchBarProps) {
  const [query, setQuery] = useTyped(asked.q);
  const [cursor, setCursor] = useState(0);
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const fieldRef = useRef<HTMLInputElement>(null);
  const nextCursor = useRef<number | null>(null);
  const listId = useId();
  const found = useCompletions(query, cursor, asked, isOpen);
  const isShown = isOpen && found.length > 0;

  useEffect(() => {
    if (nextCursor.current === null) return;
    fieldRef.current?.setSelectionRange(nextCursor.current, nextCursor.current);
    nextCursor.current = null;
  }, [query]);

  const take = (completion: Completion) => {
    setQuery(completion.query);
    setCursor(completion.cursor);
    nextCursor.current = completion.cursor;
    setAt(-1);
    fieldRef.current?.focus();
  };
  const search = (next: string) => {
    setOpen(false);
    onSearch(next.trim());
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    search(query);
  };
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const chosen = found[at] ?? (event.key === "Tab" ? found[0] : undefined);
    if (step && isShown)
      setAt((at + step + found.length + (at < 0 && step < 0 ? 1 : 0)) % found.length);
    else if (step && event.key === "ArrowDown") setOpen(true);
    else if ((event.key === "Enter" || event.key === "Tab") && isShown && chosen) take(chosen);
    else if (event.key === "Escape" && isShown) setOpen(false);
    else if (event.key === "Escape") fieldRef.current?.blur();
    else return;
    event.preventDefault();
  };
  return (
    <form className={classes.searchBar} onSubmit={submit} role="search">
      <div className={classes.searchField}>
        <SearchIcon />
        <input
          ref={fieldRef}
          data-search
          role="combobox"
          aria-label={logs.search}
          aria-expanded={isShown}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-invalid={problem !== null}
          aria-activedescendant={isShown && at >= 0 ? `${listId}-${at}` : undefined}
          placeholder={logs.placeholder}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={query}
          onChange={(event) => {
            setQuery(event.currentTarget.value);
            setCursor(event.currentTarget.selectionStart ?? 0);
            setOpen(true);
            setAt(-1);
          }}
          onSelect={(event) => setCursor(event.currentTarget.selectionStart ?? 0)}
          onBlur={() => setOpen(false)}
          onKeyDown={press}
        />
        {query && <CloseButton size="sm" aria-label={logs.clear} onClick={() => search("")} />}
        <Completions id={listId} found={isShown ? found : []} at={at} onTake={take} />
      </div>
      <Button type="submit" loading={isBusy}>
        {logs.submit}
      </Button>
      {problem !== null && <QueryProblem query={asked.q} message={problem} />}
    </form>
  );
}
