import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { sessionQuery } from "./queries";

/** Whether who is signed in may change things; false until that is known. */
export function useIsAdmin(): boolean {
  return useQuery(sessionQuery).data?.is_admin === true;
}

/** What only administrators are offered; others look. */
export function AdminOnly({ children }: { children: ReactNode }) {
  return useIsAdmin() ? children : null;
}
