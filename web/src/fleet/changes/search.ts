/** What the address of the changes keeps: the revision that the list begins with, and that is open. */
export interface ChangesSearch {
  revision?: number;
}

export function parseChangesSearch({ revision }: Record<string, unknown>): ChangesSearch {
  const isId = typeof revision === "number" && Number.isSafeInteger(revision) && revision > 0;
  return { revision: isId ? revision : undefined };
}
