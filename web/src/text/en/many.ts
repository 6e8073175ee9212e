import { formatCount } from "../../format/number";

/** Returns a number with its noun: `1 agent`, `3 agents`. */
export const many = (count: number, one: string, more = `${one}s`) =>
  `${formatCount(count)} ${count === 1 ? one : more}`;
