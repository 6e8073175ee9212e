export const PARTS = ["tokens", "users", "storage", "collection", "about"] as const;
export type Part = (typeof PARTS)[number];

/** What the address of the settings page keeps. */
export interface SettingsSearch {
  part?: Part;
  /** Expired and revoked tokens are listed, too. */
  ended?: true;
  /** Words that settings must hold. */
  q?: string;
}

export function parseSettingsSearch(search: Record<string, unknown>): SettingsSearch {
  return {
    part: PARTS.find((part) => part === search.part),
    ended: search.ended === true ? true : undefined,
    q: typeof search.q === "string" && search.q !== "" ? search.q : undefined,
  };
}
