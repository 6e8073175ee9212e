/** Numbers that look alive and are the same at each call: smooth noise of a key over time. */

/** A value in 0..1 for a key at a moment; it swings over some minutes with ripples of seconds. */
export function wave(key: string, time_s: number): number {
  const seed = hash(key);
  const slow = Math.sin(time_s / (300 + (seed % 400)) + seed);
  const quick = Math.sin(time_s / (37 + (seed % 23)) + seed * 3);
  const ripple = (hash(`${key}${Math.floor(time_s / 10)}`) % 1000) / 1000 - 0.5;
  return Math.min(1, Math.max(0, 0.5 + 0.28 * slow + 0.14 * quick + 0.16 * ripple));
}

/** A whole number of a text, evenly spread over 0..2^32. */
export function hash(text: string): number {
  let state = 2_166_136_261;
  for (let index = 0; index < text.length; index++) {
    state = Math.imul(state ^ text.charCodeAt(index), 16_777_619);
  }
  state = Math.imul(state ^ (state >>> 15), 2_246_822_507);
  return (state ^ (state >>> 13)) >>> 0;
}
