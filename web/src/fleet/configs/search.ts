/** What the address of a configuration's page keeps: the panel beside the editor, and what a new one begins with. */
export interface ConfigSearch {
  tab?: ConfigTab;
  template?: string;
}

export const CONFIG_TABS = ["try", "backtest", "agents", "revisions"] as const;
export type ConfigTab = (typeof CONFIG_TABS)[number];

export function parseConfigSearch(search: Record<string, unknown>): ConfigSearch {
  return {
    tab: CONFIG_TABS.find((tab) => tab === search.tab),
    template: typeof search.template === "string" ? search.template : undefined,
  };
}
