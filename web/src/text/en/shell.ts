/** The frame around all pages. */
export const shell = {
  name: "Muster",
  skip: "Skip to content",
  brand: "Muster, to the first page",
  main: "Main",
  menu: "Menu",
  closeMenu: "Close menu",
  apiDocs: "API documentation",
  sections: {
    overview: "Overview",
    logs: "Logs",
    events: "Events",
    audit: "Audit",
    fleet: "Fleet",
    settings: "Settings",
  },
  scheme: {
    names: { auto: "as the system", light: "light", dark: "dark" },
    label: (now: string, next: string) => `Colours: ${now}. Change to ${next}`,
    change: (next: string) => `Colours: ${next}`,
  },
  zone: {
    label: (short: string, name: string) => `${short}. Times are shown in: ${name}`,
    title: "Show times in",
    names: { browser: "This browser's zone", utc: "UTC", server: "The server's zone" },
    short: { browser: "Local", utc: "UTC", server: "Server" },
    change: (name: string) => `Show times in: ${name}`,
  },
  lost: "The server does not answer. What you see may be old; trying again …",
  loading: "Loading",
  states: { online: "Online", offline: "Offline" },
  tryAgain: "Try again",
  cancel: "Cancel",
  close: "Close",
  copy: "Copy",
  copied: "Copied",
  readAt: (age: string) => `What you see was read ${age}.`,
  documentTitle: (page: string) => `${page} · Muster`,
};

/** The list of keys and the palette of commands. */
export const commands = {
  open: "Go to or do",
  placeholder: "Page, machine, configuration or command",
  list: "Commands",
  nothing: (words: string) => `Nothing is called “${words}”.`,
  kinds: { page: "Page", machine: "Machine", config: "Configuration", action: "Command" },
  keys: "Keys",
  paletteKeys: "Ctrl K",
  names: { control: "Ctrl", enter: "Enter", escape: "Esc" },
  goKeys: (key: string) => `g ${key}`,
  help: {
    title: "Keys",
    close: "Close",
    palette: "Go to a page or machine, or do something",
    search: "To the search field",
    help: "This list",
    go: (page: string) => `Go to ${page}`,
    rows: "From row to row in a table; Enter opens",
    escape: "Close, or leave the search field",
    joint: "then",
  },
};

/** Pages that stand in for others. */
export const pages = {
  missing: "There is nothing here",
  missingWhy: "The address leads to no page of this console.",
  toMachines: "All machines",
  crashed: "This page failed",
};
