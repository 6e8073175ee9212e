/** What of a list is in sight, as the virtualizer tells it. */
interface Sight {
  startIndex: number;
  endIndex: number;
  count: number;
  /** Rows to keep on either side of those in sight. */
  overscan: number;
}

const AHEAD = 4;
const MAX_AHEAD = 120;
/** Further than so many screens nobody turns a wheel: it is a jump, and leads no way. */
const JUMP_SCREENS = 10;

/**
 * Returns what picks the rows to keep in the document: where the scroll is heading they reach as far as
 * it gets in the next few frames, so that a fast one finds them there.
 */
export function rowPicker(): (sight: Sight) => number[] {
  let last = 0;
  return ({ startIndex, endIndex, count, overscan }) => {
    const moved = startIndex - last;
    last = startIndex;
    const isJump = Math.abs(moved) > JUMP_SCREENS * (endIndex - startIndex + 1);
    const ahead = isJump ? 0 : Math.min(MAX_AHEAD, AHEAD * Math.abs(moved));
    const first = Math.max(0, startIndex - overscan - (moved < 0 ? ahead : 0));
    const end = Math.min(count, endIndex + 1 + overscan + (moved > 0 ? ahead : 0));
    return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
  };
}
