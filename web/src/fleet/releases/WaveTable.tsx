import { Button, Table } from "@mantine/core";
import { formatCount } from "../../format/number";
import { AdminOnly } from "../../session/AdminOnly";
import { text } from "../../text";
import { upgradeAgents } from "../agents/changes";
import { useAskChange } from "../change/ChangesProvider";
import type { AgentLine } from "../types";
import classes from "./releases.module.css";
import { STEPS, type Wave } from "./waves";

const words = text.fleet.releases;

interface WaveTableProps {
  waves: readonly Wave[];
  agents: readonly AgentLine[];
}

/** All agents, and those of each tag: how far they are, and telling them to upgrade. */
export function WaveTable({ waves, agents }: WaveTableProps) {
  const ask = useAskChange();
  const upgrade = (tag: string | null) => {
    const ids = agents.filter((each) => each.upgrade === "available").map(({ id }) => id);
    const change = tag === null ? upgradeAgents(ids) : upgradeAgents([], [tag]);
    ask({ ...change, title: tag === null ? words.upgradeAll : words.upgradeTag(tag) });
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.scroller} aria-label={words.waves} tabIndex={0}>
      <Table verticalSpacing={6} fz="sm" className={classes.waves}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{words.wave}</Table.Th>
            <Table.Th miw={180}>{words.steps.current}</Table.Th>
            {STEPS.slice(1).map((step) => (
              <Table.Th key={step} ta="right">
                {words.steps[step]}
              </Table.Th>
            ))}
            <Table.Th />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {waves.map((wave) => (
            <Table.Tr key={wave.tag ?? ""}>
              <Table.Th scope="row">{wave.tag ?? words.all}</Table.Th>
              <Table.Td>
                <Progress wave={wave} />
              </Table.Td>
              {STEPS.slice(1).map((step) => (
                <Table.Td
                  key={step}
                  data-label={words.steps[step]}
                  data-bad={(step === "failed" && wave.steps.failed > 0) || undefined}
                  className={classes.step}
                >
                  {formatCount(wave.steps[step])}
                </Table.Td>
              ))}
              <Table.Td ta="right">
                {wave.steps.available > 0 ? (
                  <AdminOnly>
                    <Button size="compact-sm" variant="light" onClick={() => upgrade(wave.tag)}>
                      {words.upgrade(wave.steps.available)}
                    </Button>
                  </AdminOnly>
                ) : (
                  <span className={classes.quiet}>{words.nothing}</span>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

/** Of the agents that can be upgraded, those that run the newest version. */
function Progress({ wave: { steps, agents } }: { wave: Wave }) {
  const able = agents - steps.fixed;
  const label = words.progress(steps.current, able);
  return (
    <span className={classes.progress}>
      <span
        className={classes.bar}
        role="meter"
        aria-label={words.steps.current}
        aria-valuemin={0}
        aria-valuemax={able}
        aria-valuenow={steps.current}
        aria-valuetext={label}
      >
        <span style={{ width: `${able > 0 ? (steps.current / able) * 100 : 0}%` }} />
      </span>
      {label}
    </span>
  );
}
