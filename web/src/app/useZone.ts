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
  const { data: session } = useQuery(sessionQuery);
  useEffect(() => {
    if (session) learnServerZone(session.timezone);
  }, [session]);
  return useSyncExternalStore(watchZone, zoneName);
}
