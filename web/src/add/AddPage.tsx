import { Title } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { usePageTitle } from "../app/usePageTitle";
import { text } from "../text";
import { AddMachine } from "./AddMachine";
import classes from "./add.module.css";
import type { AddSearch } from "./search";

const { add: words } = text;

/** Brings in machines; what was chosen stays in the address. */
export function AddPage() {
  const choices = useSearch({ from: "/shell/add" });
  const navigate = useNavigate({ from: "/add" });

  usePageTitle(words.title);

  const choose = (chosen: Partial<AddSearch>) =>
    void navigate({
      search: (old) => ({ ...old, ...chosen }),
      replace: !("token" in chosen),
    });
  return (
    <div className={classes.page}>
      <Title order={1} size="h3">
        {words.title}
      </Title>
      <p className={classes.hint}>{words.what}</p>
      <AddMachine choices={choices} onChoose={choose} />
    </div>
  );
}
