import { Button, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { text } from "../text";
import classes from "./audit.module.css";
import { keepKey } from "./memory";
import type { Proof } from "./useProof";

const { key: words } = text.audit;

/** Whose word the key is, and a way to trust only one's own. */
export function KeySection({ proof, onChange }: { proof: Proof; onChange: () => void }) {
  const { trust, isOtherKey } = proof;
  const [draft, setDraft] = useState("");
  const [isWrong, setWrong] = useState(false);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const { isKey } = await import("./proof/verify");
    const isFit = isKey(draft);
    setWrong(!isFit);
    if (!isFit) return;
    keepKey(draft.trim());
    onChange();
  };
  const remove = () => {
    keepKey(null);
    onChange();
  };
  return (
    <div className={classes.key} data-trust={trust}>
      <p>{words[trust]}</p>
      {isOtherKey && <p className={classes.bad}>{words.changed}</p>}
      <details>
        <summary>{words.title}</summary>
        <code className={classes.wholeKey}>{proof.key}</code>
        {trust === "pinned" ? (
          <Button size="compact-xs" variant="default" onClick={remove}>
            {words.remove}
          </Button>
        ) : (
          <form onSubmit={(event) => void save(event)}>
            <Textarea
              size="xs"
              label={words.label}
              value={draft}
              error={isWrong && words.wrong}
              onChange={(event) => setDraft(event.currentTarget.value)}
            />
            <Button type="submit" size="compact-xs" mt={6} disabled={draft.trim() === ""}>
              {words.save}
            </Button>
          </form>
        )}
      </details>
    </div>
  );
}
