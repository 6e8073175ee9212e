import { Button, Skeleton } from "@mantine/core";
import { ApiError, errorText } from "../api/error";
import type { AuditEvent } from "../api/types";
import { text } from "../text";
import classes from "./audit.module.css";
import { KeySection } from "./KeySection";
import { ProofPath } from "./ProofPath";
import type { Verdict } from "./proof/verify";
import { RewrittenNotice } from "./RewrittenNotice";
import { type Proof, useProof } from "./useProof";

const { proof: words } = text.audit;
const PARTS = ["inclusion", "signature", "consistency"] as const;

/** The proof of an event, checked in this browser, part by part. */
export function ProofSection({ event }: { event: AuditEvent }) {
  const query = useProof(event);
  const again = () => void query.refetch();
  return (
    <section className={classes.proof} aria-label={words.title}>
      {query.isPending && (
        <div role="status" aria-label={words.working}>
          <Skeleton height={120} radius="md" />
        </div>
      )}
      {query.isError && (
        <p className={classes.verdict} data-good="no" role="alert">
          {query.error instanceof ApiError ? errorText(query.error) : words.failed}
        </p>
      )}
      {query.data && <Result event={event} proof={query.data} onChange={again} />}
      {!window.isSecureContext && <p className={classes.quiet}>{words.insecure}</p>}
      {!query.isPending && (
        <Button size="compact-xs" variant="subtle" loading={query.isFetching} onClick={again}>
          {words.again}
        </Button>
      )}
    </section>
  );
}

interface ResultProps {
  event: AuditEvent;
  proof: Proof;
  onChange: () => void;
}

function Result({ event, proof, onChange }: ResultProps) {
  const { verdict } = proof;
  const reasons = reasonsOf(verdict);
  return (
    <>
      {reasons.length === 0 ? (
        <p className={classes.verdict} data-good="yes" role="status">
          {words.proven}
        </p>
      ) : (
        <div className={classes.verdict} data-good="no" role="alert">
          <strong>{words.notProven}</strong>
          {reasons.map((reason) => (
            <p key={reason}>{reason}</p>
          ))}
        </div>
      )}
      {verdict.consistency === "bad" && <RewrittenNotice proof={proof} onForget={onChange} />}
      <ul className={classes.parts}>
        {PARTS.map((part) => (
          <li key={part} data-outcome={verdict[part]}>
            {words.steps[part]} <b>{words.outcome[verdict[part]]}</b>
          </li>
        ))}
      </ul>
      <KeySection proof={proof} onChange={onChange} />
      <ProofPath verdict={verdict} index={event.id - 1} />
    </>
  );
}

function reasonsOf({ inclusion, signature, consistency, isOther }: Verdict): string[] {
  const { unproven } = words;
  return [
    ...(inclusion === "bad" ? [unproven.inclusion] : []),
    ...(signature === "bad" ? [unproven.signature] : []),
    ...(consistency === "bad" ? [isOther ? unproven.other : unproven.consistency] : []),
  ];
}
