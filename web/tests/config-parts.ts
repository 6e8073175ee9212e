import type { ConfigOption, ConfigParts } from "../src/fleet/types";

function option(name: string, changes: Partial<ConfigOption> = {}): ConfigOption {
  const plain = { types: ["text"], choices: [], description: `About ${name}`, default: null };
  return { name, ...plain, is_required: false, ...changes };
}

/** A few of the options that the server knows. */
export const PARTS: ConfigParts = {
  runner: [option("batch_size", { types: ["whole number"], default: 2097152 })],
  readers: [
    {
      names: ["tailx"],
      about: "Follows files.",
      options: [
        option("log_path", { is_required: true }),
        option("read_from", { choices: ["oldest", "newest"], default: "oldest" }),
      ],
    },
    { names: ["journald"], about: "The journal.", options: [] },
  ],
  parsers: [
    {
      names: ["grok"],
      about: "Takes lines apart.",
      options: [option("grok_patterns", { default: "%{COMMON_LOG_FORMAT}" })],
    },
    { names: ["raw"], about: "Leaves them.", options: [] },
  ],
  transforms: [
    {
      names: ["discard"],
      about: "Takes a field away.",
      options: [option("key", { is_required: true }), option("off", { types: ["true or false"] })],
    },
  ],
  senders: [],
  cleaner: { names: [], about: "", options: [option("delete_enable")] },
  router: { names: [], about: "", options: [] },
  metrics: [{ name: "cpu", attributes: ["cpu_usage"], keys: ["per_cpu"] }],
  type_keys: { reader: "mode", parser: "type", transform: "type", sender: "sender_type" },
};
