import { queryOptions } from "@tanstack/react-query";
import { request } from "../api/request";
import type { Fleet } from "../api/types";

export const fleetQuery = queryOptions({
  queryKey: ["fleet"],
  queryFn: ({ signal }) => request<Fleet>("/console/v1/fleet", { signal }),
  refetchInterval: 5_000,
  // Nearly every value changes each time; looking for equal parts would cost more than it saves.
  structuralSharing: false,
});
