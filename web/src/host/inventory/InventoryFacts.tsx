import type { Inventory } from "../../api/types";
import classes from "./inventory.module.css";
import { placeText, valueText } from "./values";

const SHOWN = [
  "system",
  "platform",
  "platform_version",
  "kernel",
  "kernel_version",
  "cpu_model",
  "cpu_sockets",
  "cpu_cores",
  "cpu_threads",
  "cpu_cache_bytes",
  "memory_total_bytes",
  "boot_time_s",
  "user",
  "outside_address",
] as const satisfies readonly (keyof Inventory)[];

/** What a machine is made of, in short; what it does not tell is left out. */
export function InventoryFacts({ inventory }: { inventory: Inventory }) {
  const told = SHOWN.filter((name) => inventory[name] !== null && inventory[name] !== "");
  return (
    <dl className={classes.facts}>
      {told.map((name) => (
        <div key={name}>
          <dt>{placeText(name)}</dt>
          <dd>{valueText(name, inventory[name])}</dd>
        </div>
      ))}
    </dl>
  );
}
