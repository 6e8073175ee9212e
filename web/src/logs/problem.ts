import { ApiError } from "../api/error";

/** What the server says against the query itself; other failures are told where rows would be. */
export function queryProblem(error: unknown): string | null {
  const isRefused = error instanceof ApiError && (error.status === 422 || error.status === 404);
  return isRefused ? error.message : null;
}
