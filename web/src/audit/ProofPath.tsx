import { formatCount } from "../format/number";
import { text } from "../text";
import classes from "./audit.module.css";
import type { Verdict } from "./proof/verify";

const { proof: words } = text.audit;

interface ProofPathProps {
  verdict: Verdict;
  index: number;
}

/** The way from the leaf up to the head: at each level, what was computed and what the proof brings. */
export function ProofPath({ verdict, index }: ProofPathProps) {
  const { steps, leaf, root, size } = verdict;
  const top = steps.at(-1)?.node ?? leaf;
  return (
    <details className={classes.path}>
      <summary>{words.path}</summary>
      <ol>
        <li className={classes.ends}>
          <span>{words.leaf(formatCount(index))}</span>
          <Hash hash={leaf} isOurs />
        </li>
        {steps.map(({ side, other }, level) => {
          const ours = level === 0 ? leaf : (steps[level - 1]?.node ?? leaf);
          return (
            <li key={`${level} ${other}`} className={classes.pair}>
              <span className={classes.level}>{words.level(level)}</span>
              <Hash hash={side === "left" ? other : ours} isOurs={side === "right"} />
              <Hash hash={side === "left" ? ours : other} isOurs={side === "left"} />
            </li>
          );
        })}
        <li className={classes.ends} data-outcome={top === root ? "good" : "bad"}>
          <span>{words.root(formatCount(size))}</span>
          <Hash hash={top} isOurs />
          <b>{top === root ? words.fits : words.differs}</b>
          {top !== root && <Hash hash={root} />}
        </li>
      </ol>
    </details>
  );
}

function Hash({ hash, isOurs = false }: { hash: string; isOurs?: boolean }) {
  return (
    <code
      className={classes.hash}
      data-ours={isOurs || undefined}
      title={`${hash} (${isOurs ? words.ours : words.theirs})`}
    >
      {hash.slice(0, 6)}…{hash.slice(-4)}
      <span className="visually-hidden"> ({isOurs ? words.ours : words.theirs})</span>
    </code>
  );
}
