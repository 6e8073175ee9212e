import { useMediaQuery } from "@mantine/hooks";

/** Tells whether a media query holds, from the first render on. */
export function useMedia(query: string): boolean {
  return useMediaQuery(query, undefined, { getInitialValueInEffect: false }) ?? false;
}
