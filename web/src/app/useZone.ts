import { useQuery } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { learnServerZone, watchZone, type ZoneChoice, zoneChoice, zoneName } from "../format/zone";
import { sessionQuery } from "../session/queries";

/** Which zone is chosen. */
export function useZoneChoice(): ZoneChoice {
  return useSyncExternalStore(watchZone, zoneChoice);
}

/** The name of the zone in force, for what must be drawn anew when it changes. */
export function useZoneName(): string | undefined {
  return useSyncExternalStore(watchZone, zoneName);
}

/** Takes the server's zone from the session, as soon as it is known. */
export function useServerZone(): void {
  const { data: session } = useQuery(sessionQuery);
  useEffect(() => {
    if (session) learnServerZone(session.timezone);
  }, [session]);
}
