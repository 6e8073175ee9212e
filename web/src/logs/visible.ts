const CONTROLS = /[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A text with its control signs as signs: colours of a terminal as `␛[31m`, what would turn the order of
 * letters around as `[U+202E]`. Line breaks and tabs stay.
 */
export function visible(content: string): string {
  return content.replace(CONTROLS, (sign) => {
    const code = sign.charCodeAt(0);
    if (code === 0x0d) return "";
    if (code === 0x7f) return "␡";
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return `[U+${code.toString(16).toUpperCase().padStart(4, "0")}]`;
  });
}
