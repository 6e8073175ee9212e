/** Coming back, after signing in, to where one was. */

export interface SignInSearch {
  /** The path of this console to go to after signing in. */
  next?: string;
}

export function parseSignInSearch(search: Record<string, unknown>): SignInSearch {
  const next = parseNext(search.next);
  return next === "/" ? {} : { next };
}

/** A path of this console, or `/` for everything else: another site's address, the sign-in page. */
export function parseNext(next: unknown): string {
  if (typeof next !== "string" || !/^\/(?![/\\])/.test(next) || hasControl(next)) return "/";
  return /^\/sign-in(?:[/?#]|$)/.test(next) ? "/" : next;
}

/** Where to navigate when nobody is signed in any more; `href` is where one is. */
export function toSignIn(href: string) {
  return { to: "/sign-in", search: parseSignInSearch({ next: href }), replace: true } as const;
}

/** The one-time code of `/sign-in#code=XYZ`; null when there is none. */
export function parseLinkCode(hash: string): string | null {
  const code = new URLSearchParams(hash.replace(/^#/, "")).get("code");
  return code ? code : null;
}

// A browser strips tabs and newlines from addresses, so that "/\t/host" would leave this site.
function hasControl(text: string): boolean {
  return [...text].some((character) => character.charCodeAt(0) < 32);
}
