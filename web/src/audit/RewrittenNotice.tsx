import { Button } from "@mantine/core";
import { useState } from "react";
import { ConfirmDialog } from "../app/ConfirmDialog";
import { saveAs } from "../app/saveAs";
import { formatMoment } from "../format/time";
import { text } from "../text";
import classes from "./audit.module.css";
import { forgetSeen } from "./memory";
import type { Proof } from "./useProof";

const { proof: words } = text.audit;

/** What to do when the log is not what it was: keep the evidence, and only then go on. */
export function RewrittenNotice({ proof, onForget }: { proof: Proof; onForget: () => void }) {
  const [isAsking, setAsking] = useState(false);
  const { seen, note } = proof;
  if (!seen) return null;
  const size = seen.note.split("\n")[1] ?? "";
  const forget = () => {
    forgetSeen();
    setAsking(false);
    onForget();
  };
  return (
    <div className={classes.rewritten}>
      <p>
        {words.seen(size, formatMoment(seen.at_ms * 1000))} {words.keep}
      </p>
      <div className={classes.tools}>
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => saveAs(new Blob([seen.note, "\n", note]), "audit-heads.txt")}
        >
          {words.saveHeads}
        </Button>
        <Button size="compact-sm" variant="subtle" color="red" onClick={() => setAsking(true)}>
          {words.forget}
        </Button>
      </div>
      {isAsking && (
        <ConfirmDialog
          title={words.forgetTitle}
          action={words.forget}
          isBusy={false}
          error={null}
          onConfirm={forget}
          onClose={() => setAsking(false)}
        >
          {words.forgetWhat}
        </ConfirmDialog>
      )}
    </div>
  );
}
