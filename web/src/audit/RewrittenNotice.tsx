import { Button, Modal } from "@mantine/core";
import { useState } from "react";
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
      <Modal
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={words.forgetTitle}
        closeButtonProps={{ "aria-label": words.cancel }}
      >
        <p>{words.forgetWhat}</p>
        <div className={classes.tools}>
          <Button variant="default" onClick={() => setAsking(false)}>
            {words.cancel}
          </Button>
          <Button color="red" onClick={forget}>
            {words.forget}
          </Button>
        </div>
      </Modal>
    </div>
  );
}
