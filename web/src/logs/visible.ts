const CONTROLS = /[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A text with its control signs spelled: colours of a terminal as `\x1b[31m`, what would turn the order of
 * letters around as `\u202e`. Line breaks and tabs stay.
 */
export function visible(content: string): string {
  return content.replace(CONTROLS, (sign) => {
    if (sign === "\r") return "";
    const code = sign.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, "0")}`;
  });
}
