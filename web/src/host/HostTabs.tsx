import { Tabs } from "@mantine/core";
import type { HostReport, Inventory, LastValue } from "../api/types";
import { formatAgo } from "../format/duration";
import { text } from "../text";
import { DiskTable } from "./DiskTable";
import { EnvironmentTable } from "./EnvironmentTable";
import classes from "./host.module.css";
import { InterfaceTable } from "./InterfaceTable";
import { InventoryPanel } from "./inventory/InventoryPanel";
import { disksAt } from "./moment";
import { PortList } from "./PortList";
import { ProcessTable } from "./ProcessTable";
import { type HostSearch, TABS, type Tab } from "./search";

const words = text.host;

/** What a machine told: at its last report, or at one before. */
export interface Told {
  report: HostReport | null;
  inventory: Inventory | null;
  last: readonly LastValue[];
}

interface HostTabsProps {
  agent_id: string;
  told: Told;
  /** When this is: now, or the chosen moment. */
  at_us: number;
  /** It is as it was at the chosen moment. */
  isPast: boolean;
  search: HostSearch;
  onSearch: (search: HostSearch) => void;
}

/** What a machine told: processes and ports by its report, the rest by its inventory. */
export function HostTabs({ agent_id, told, at_us, isPast, search, onSearch }: HostTabsProps) {
  const { report, inventory, last } = told;
  const tab = search.tab ?? "processes";
  const isReported = tab === "processes" || tab === "ports";
  const told_us = isReported ? report && report.date * 1e6 : inventory?.ts_us;
  return (
    <Tabs
      value={tab}
      onChange={(value) => onSearch({ tab: value as Tab })}
      keepMounted={false}
      classNames={{ list: classes.tabList, tab: classes.tab, panel: classes.panel }}
    >
      <Tabs.List>
        {TABS.map((name) => (
          <Tabs.Tab key={name} value={name}>
            {words.tabs[name]}
          </Tabs.Tab>
        ))}
        {told_us && !isPast && (
          <span className={classes.told}>{words.asOf(formatAgo(told_us, at_us))}</span>
        )}
      </Tabs.List>
      <Tabs.Panel value="processes">
        <ProcessTable processes={report?.process ?? null} last={last} />
      </Tabs.Panel>
      <Tabs.Panel value="ports">
        <PortList ports={report?.ports ?? null} />
      </Tabs.Panel>
      <Tabs.Panel value="disks">
        <DiskTable disks={disksAt(inventory?.disks ?? null, report)} />
      </Tabs.Panel>
      <Tabs.Panel value="interfaces">
        <InterfaceTable interfaces={inventory?.interfaces ?? null} />
      </Tabs.Panel>
      <Tabs.Panel value="inventory">
        <InventoryPanel
          agent_id={agent_id}
          inventory={inventory}
          search={search}
          onSearch={onSearch}
        />
      </Tabs.Panel>
      <Tabs.Panel value="environment">
        <EnvironmentTable environment={inventory?.environment ?? null} />
      </Tabs.Panel>
    </Tabs>
  );
}
