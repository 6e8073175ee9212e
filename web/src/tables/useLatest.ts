import { type RefObject, useRef } from "react";

/** Holds what a component was given last, for handlers that stay the same while it changes. */
export function useLatest<Value>(value: Value): RefObject<Value> {
  const ref = useRef(value);
  ref.current = value;
  return ref;
}
