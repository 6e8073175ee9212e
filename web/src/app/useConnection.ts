import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { ApiError } from "../api/error";
import { sessionQuery } from "../session/queries";

const RETRY_MS = 3_000;

/**
 * Tells whether the server has stopped answering; while it has, asks again every few seconds, and once
 * it answers, for all that went unanswered.
 */
export function useConnectionLost(): boolean {
  const queries = useQueryClient();
  const [isLost, setLost] = useState(false);
  useEffect(
    () =>
      queries.getQueryCache().subscribe((event) => {
        if (event.type !== "updated") return;
        if (event.action.type === "success") setLost(false);
        else if (event.action.type === "error") setLost(isUnreachable(event.action.error));
      }),
    [queries],
  );
  useEffect(() => {
    if (!isLost) return;
    const ask = () => void queries.refetchQueries({ queryKey: sessionQuery.queryKey });
    const timer = window.setInterval(ask, RETRY_MS);
    return () => {
      window.clearInterval(timer);
      void queries.refetchQueries({
        type: "active",
        predicate: ({ state }) => isUnreachable(state.error),
      });
    };
  }, [isLost, queries]);
  return isLost;
}

function isUnreachable(error: unknown): boolean {
  return error instanceof ApiError && error.status === 0;
}
