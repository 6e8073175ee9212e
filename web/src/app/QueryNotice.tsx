import { Skeleton } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { errorText, isSignedOut } from "../api/error";
import { formatAgo } from "../format/duration";
import { text } from "../text";
import { Notice } from "./Notice";

type Query = Pick<
  UseQueryResult,
  "data" | "error" | "isError" | "isFetching" | "dataUpdatedAt" | "refetch"
>;

/**
 * What stands above an answer that is missing or old: nothing while all is well, bones while the
 * first answer is awaited, and otherwise what went wrong with a button to try again.
 */
export function QueryNotice({ query, height = 240 }: { query: Query; height?: number }) {
  const hasData = query.data !== undefined;
  if (!query.isError) {
    if (hasData) return null;
    return (
      <div role="status" aria-label={text.shell.loading}>
        <Skeleton height={height} radius="md" />
      </div>
    );
  }
  // The sign-in page is on its way.
  if (isSignedOut(query.error)) return null;
  return (
    <Notice isBusy={query.isFetching} onRetry={() => void query.refetch()}>
      {errorText(query.error)}
      {hasData && ` ${text.shell.readAt(age(query.dataUpdatedAt))}`}
    </Notice>
  );
}

function age(read_ms: number): string {
  return formatAgo(read_ms * 1000, Date.now() * 1000);
}
