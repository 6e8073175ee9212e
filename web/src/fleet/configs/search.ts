/** What the address of a configuration's page keeps: the panel beside the editor, and what a new one begins with. */
export interface ConfigSearch {
  tab?: ConfigTab;
  /** Which of editor and panel narrow windows show. */
  pane?: Pane;
  template?: string;
}

export const PANES = ["editor", "tools"] as const;
export type Pane = (typeof PANES)[number];

export const CONFIG_TABS = ["try", "backtest", "agents", "revisions"] as const;
export type ConfigTab = (typeof CONFIG_TABS)[number];

export function parseConfigSearch(search: Record<string, unknown>): ConfigSearch {
  return {
    tab: CONFIG_TABS.find((tab) => tab === search.tab),
    pane: PANES.find((pane) => pane === search.pane),
    template: typeof search.template === "string" ? search.template : undefined,
  };
}
