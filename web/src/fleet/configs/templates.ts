/** What a new configuration may begin with, by name. */
export const TEMPLATES: Record<string, unknown> = {
  tailx: {
    reader: { mode: "tailx", log_path: "/var/log/*.log", read_from: "newest" },
    parser: { type: "raw" },
  },
  nginx: {
    reader: { mode: "tailx", log_path: "/var/log/nginx/access.log*", read_from: "newest" },
    parser: { type: "grok", grok_patterns: "%{COMBINED_LOG_FORMAT}" },
  },
  json: {
    reader: { mode: "tailx", log_path: "/var/log/app/*.json", read_from: "newest" },
    parser: { type: "json" },
  },
  journald: { reader: { mode: "journald" }, parser: { type: "raw" } },
  metric: { metric: [{ type: "cpu" }, { type: "mem" }], collect_interval: 10 },
};

/** A configuration as its editor shows it. */
export function toText(config: unknown): string {
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** What a configuration reads: the mode of its reader, or `metric`; empty when that is unclear. */
export function kindOf(config: Record<string, unknown>): string {
  if ("metric" in config) return "metric";
  const reader = config.reader;
  const mode = typeof reader === "object" && reader !== null && "mode" in reader && reader.mode;
  return typeof mode === "string" ? mode : "";
}
