import { formatCount } from "../../format/number";

/** Returns the word that stands with a number: `machine`, `machines`; `gets`, `get`. */
export const plural = (count: number, one: string, more = `${one}s`) => (count === 1 ? one : more);

/** Returns a number with its noun: `1 agent`, `3 agents`. */
export const many = (count: number, one: string, more = `${one}s`) =>
  `${formatCount(count)} ${plural(count, one, more)}`;
