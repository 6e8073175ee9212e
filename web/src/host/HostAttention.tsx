import { Button } from "@mantine/core";
import { useState } from "react";
import type { AttentionLine } from "../api/types";
import { AttentionRow } from "../overview/AttentionRow";
import rows from "../overview/attention.module.css";
import { text } from "../text";
import classes from "./header.module.css";

const words = text.overview.attention;
const FEW = 3;

/** What is wrong with a machine, the worst first; nothing while nothing is. */
export function HostAttention({ lines, now_us }: { lines: AttentionLine[]; now_us: number }) {
  const [isWhole, setWhole] = useState(false);
  if (lines.length === 0) return null;
  return (
    <section className={classes.attention} aria-label={words.title}>
      <ul className={rows.lines} data-dense>
        {(isWhole ? lines : lines.slice(0, FEW)).map((line) => (
          <AttentionRow
            key={`${line.kind} ${line.subjects[0]?.runner} ${line.subjects[0]?.mountpoint}`}
            line={line}
            server_us={now_us}
            anchor={ANCHORS[line.kind]}
          />
        ))}
      </ul>
      {lines.length > FEW && (
        <Button size="compact-xs" variant="subtle" onClick={() => setWhole(!isWhole)}>
          {isWhole ? words.fewer : words.all(lines.length)}
        </Button>
      )}
    </section>
  );
}

/** Where on the page of a machine its findings are seen; others lead to another page. */
const ANCHORS: Partial<Record<AttentionLine["kind"], string>> = {
  disk: "disks",
  memory: "memory",
  silent: "timeline",
  no_samples: "timeline",
  clock: "timeline",
};
