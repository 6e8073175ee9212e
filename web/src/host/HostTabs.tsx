import { Tabs } from "@mantine/core";
import type { HostDetail } from "../api/types";
import { formatAgo } from "../format/duration";
import { DiskTable } from "./DiskTable";
import { EnvironmentTable } from "./EnvironmentTable";
import classes from "./host.module.css";
import { InterfaceTable } from "./InterfaceTable";
import { PortList } from "./PortList";
import { ProcessTable } from "./ProcessTable";
import { TABS, type Tab } from "./search";

const TITLES: Record<Tab, string> = {
  processes: "Processes",
  ports: "Ports",
  disks: "Disks",
  interfaces: "Interfaces",
  environment: "Environment",
};

interface HostTabsProps {
  detail: HostDetail;
  now_us: number;
  tab: Tab;
  onTab: (tab: Tab) => void;
}

/** What a machine told last: processes and ports by its report, the rest by its inventory. */
export function HostTabs({ detail, now_us, tab, onTab }: HostTabsProps) {
  const { report, inventory, last } = detail;
  const isReported = tab === "processes" || tab === "ports";
  const told_us = isReported ? report && report.date * 1e6 : inventory?.ts_us;
  return (
    <section className={classes.section} aria-label="Details">
      <Tabs
        value={tab}
        onChange={(value) => onTab(value as Tab)}
        keepMounted={false}
        classNames={{ list: classes.tabList, tab: classes.tab, panel: classes.panel }}
      >
        <Tabs.List>
          {TABS.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {TITLES[name]}
            </Tabs.Tab>
          ))}
          {told_us && <span className={classes.told}>as of {formatAgo(told_us, now_us)}</span>}
        </Tabs.List>
        <Tabs.Panel value="processes">
          <ProcessTable processes={report?.process ?? null} last={last} />
        </Tabs.Panel>
        <Tabs.Panel value="ports">
          <PortList ports={report?.ports ?? null} />
        </Tabs.Panel>
        <Tabs.Panel value="disks">
          <DiskTable disks={inventory?.disks ?? null} />
        </Tabs.Panel>
        <Tabs.Panel value="interfaces">
          <InterfaceTable interfaces={inventory?.interfaces ?? null} />
        </Tabs.Panel>
        <Tabs.Panel value="environment">
          <EnvironmentTable environment={inventory?.environment ?? null} />
        </Tabs.Panel>
      </Tabs>
    </section>
  );
}
