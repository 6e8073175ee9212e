export const WAYS = ["try", "service"] as const;
export type Way = (typeof WAYS)[number];

export const MAX_MACHINES = 1000;

/** What the address of the page keeps; the text of a token is not in it. */
export interface AddSearch {
  /** How the agent runs: until one ends it, or as a service. */
  way?: Way;
  /** How many machines the next command is good for. */
  machines?: number;
  /** Tags that they get. */
  tags?: string[];
  /** How they reach this server; without it as this browser does. */
  server?: string;
  /** The id of the token whose machines are shown. */
  token?: string;
}

export function parseAddSearch(search: Record<string, unknown>): AddSearch {
  const { way, machines, tags, server, token } = search;
  return {
    way: WAYS.find((each) => each === way),
    machines: isCount(machines) ? machines : undefined,
    tags: parseTags(tags),
    server: typeof server === "string" && server !== "" ? server : undefined,
    token: typeof token === "string" && /^[0-9a-f]{12}$/.test(token) ? token : undefined,
  };
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_MACHINES;
}

function parseTags(value: unknown): string[] | undefined {
  const tags = Array.isArray(value) ? value.filter((tag) => typeof tag === "string") : [];
  return tags.length > 0 ? tags : undefined;
}
