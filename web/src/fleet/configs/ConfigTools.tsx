import { Tabs } from "@mantine/core";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { text } from "../../text";
import { keyOf } from "../runners/order";
import { RunnerStateText } from "../runners/RunnerState";
import type { RunnerLine } from "../types";
import classes from "./configs.module.css";
import { RevisionsPanel } from "./revisions/RevisionsPanel";
import { CONFIG_TABS, type ConfigTab } from "./search";
import { BacktestPanel } from "./tryout/BacktestPanel";
import { TryPanel } from "./tryout/TryPanel";

const words = text.fleet.config;

interface ConfigToolsProps {
  name: string;
  /** The draft as JSON, undefined while it cannot be tried. */
  draft: unknown;
  runners: readonly RunnerLine[];
  isNew: boolean;
}

/** Beside the editor: trying the draft, comparing it, who has it, and what it was. */
export function ConfigTools({ name, draft, runners, isNew }: ConfigToolsProps) {
  const { tab = "try" } = useSearch({ from: "/shell/fleet/configs/$name" });
  const navigate = useNavigate({ from: "/fleet/configs/$name" });
  const show = (next: string | null) =>
    void navigate({
      search: (old) => ({ ...old, tab: (next ?? "try") as ConfigTab }),
      replace: true,
      resetScroll: false,
    });
  const tabs = CONFIG_TABS.filter((each) => !isNew || each === "try");
  return (
    <section className={classes.side} aria-label={words.tools}>
      <Tabs value={tabs.includes(tab) ? tab : "try"} onChange={show}>
        <Tabs.List>
          {tabs.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {words.tabs[each]}
              {each === "agents" && ` (${runners.length})`}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="try" pt="sm">
          <TryPanel draft={draft} />
        </Tabs.Panel>
        <Tabs.Panel value="backtest" pt="sm">
          <BacktestPanel name={name} draft={draft} />
        </Tabs.Panel>
        <Tabs.Panel value="agents" pt="sm">
          <Holders runners={runners} />
        </Tabs.Panel>
        <Tabs.Panel value="revisions" pt="sm">
          {tab === "revisions" && <RevisionsPanel name={name} />}
        </Tabs.Panel>
      </Tabs>
    </section>
  );
}

function Holders({ runners }: { runners: readonly RunnerLine[] }) {
  if (runners.length === 0) return <p className={classes.quiet}>{words.noHolders}</p>;
  return (
    <ul className={classes.holders}>
      {runners.map((runner) => (
        <li key={runner.agent_id}>
          <Link
            to="/fleet/runners"
            search={{ config: runner.name, open: keyOf(runner) }}
            className={classes.holder}
          >
            {runner.hostname}
          </Link>
          <RunnerStateText runner={runner} />
          {runner.status?.reason && <span className={classes.quiet}>{runner.status.reason}</span>}
        </li>
      ))}
    </ul>
  );
}
