/** What a key asks for, apart from what it types. */
export type KeyAction =
  | { kind: "palette" }
  | { kind: "help" }
  | { kind: "search" }
  | { kind: "prefix" }
  | { kind: "go"; key: string };

export interface Stroke {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  isTyping: boolean;
  /** `g` was pressed a moment ago. */
  isPrefixed: boolean;
}

/** Returns what a stroke asks for; null leaves it to the browser. */
export function readStroke(stroke: Stroke): KeyAction | null {
  const { key, ctrlKey, metaKey, altKey, isTyping, isPrefixed } = stroke;
  if ((ctrlKey || metaKey) && !altKey && key.toLowerCase() === "k") return { kind: "palette" };
  if (isTyping || ctrlKey || metaKey || altKey) return null;
  if (isPrefixed && key.length === 1) return { kind: "go", key };
  if (key === "/") return { kind: "search" };
  if (key === "?") return { kind: "help" };
  if (key === "g") return { kind: "prefix" };
  return null;
}

/** Tells whether keys pressed there write text. */
export function isTypingIn(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches("input, textarea, select, [role=textbox]");
}

/** Puts the cursor into the page's search field; false when it has none. */
export function focusSearch(page: ParentNode): boolean {
  const field = page.querySelector<HTMLInputElement>("#main [data-search], #main [type=search]");
  field?.focus();
  field?.select();
  return field !== null;
}
