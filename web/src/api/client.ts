import { QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiError, isSignedOut } from "./error";

/** Makes the cache of answers; `onSignedOut` is called when a query finds that nobody is signed in. */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (isSignedOut(error)) onSignedOut();
      },
    }),
    defaultOptions: {
      queries: {
        // A console is used on loopback too, where the browser may believe to be offline.
        networkMode: "always",
        retry: (failures, error) => failures < 1 && isPassing(error),
        retryDelay: 500,
        staleTime: 2_000,
      },
      mutations: { networkMode: "always" },
    },
  });
}

function isPassing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status >= 500);
}
