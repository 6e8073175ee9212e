import { Button, Loader } from "@mantine/core";
import type { AuditRow } from "../api/types";
import { useMedia } from "../app/useMedia";
import { formatCount } from "../format/number";
import { formatDatedStamp } from "../format/time";
import type { Column } from "../tables/column";
import { ListFoot } from "../tables/ListFoot";
import { VirtualTable } from "../tables/VirtualTable";
import { text } from "../text";
import classes from "./audit.module.css";
import type { AuditRowsState } from "./useAuditRows";

const { audit } = text;

const WIDE_PX = 640;

const COLUMNS: readonly Column<AuditRow>[] = [
  {
    key: "event",
    title: audit.columns.event,
    to_px: WIDE_PX,
    cell: ({ ts_us, application_name, event_kind }) => (
      <span className={classes.stacked}>
        <strong>{event_kind}</strong>
        <span className={classes.time}>
          {formatDatedStamp(ts_us)} · {application_name}
        </span>
      </span>
    ),
  },
  {
    key: "time",
    from_px: WIDE_PX,
    title: audit.columns.time,
    track: "11.6rem",
    cell: ({ ts_us }) => <span className={classes.time}>{formatDatedStamp(ts_us)}</span>,
  },
  {
    key: "application",
    from_px: WIDE_PX,
    title: audit.columns.application,
    track: "minmax(0, 1fr)",
    cell: ({ application_name }) => <span title={application_name}>{application_name}</span>,
  },
  {
    key: "kind",
    from_px: WIDE_PX,
    title: audit.columns.kind,
    track: "minmax(0, 1.2fr)",
    cell: ({ event_kind }) => <strong title={event_kind}>{event_kind}</strong>,
  },
  {
    key: "payload",
    title: audit.columns.payload,
    track: "minmax(0, 2.6fr)",
    from_px: WIDE_PX,
    cell: ({ preview }) => <code className={classes.preview}>{preview}</code>,
  },
];

interface AuditListProps {
  rows: AuditRowsState;
  open: number | undefined;
  onOpen: (id: number) => void;
}

/** The events that were loaded; more come when the end is near. */
export function AuditList({ rows, open, onOpen }: AuditListProps) {
  const { query, events, before, isSearching, isStopped } = rows;
  const isNarrow = useMedia(`(max-width: ${WIDE_PX - 1}px)`);
  return (
    <div className={classes.list}>
      {events.length > 0 && (
        <VirtualTable
          label={audit.rows}
          columns={COLUMNS}
          rows={events}
          rowKey={({ id }) => String(id)}
          row_px={isNarrow ? 54 : 36}
          openKey={open === undefined ? undefined : String(open)}
          onOpen={({ id }) => onOpen(id)}
          onEnd={rows.loadMore}
        />
      )}
      {isSearching && before !== null && query.isFetchingNextPage && (
        <ListFoot>
          <Loader size={14} /> {audit.searching(formatCount(before))}
          <Button size="compact-xs" variant="default" onClick={rows.stop}>
            {audit.stop}
          </Button>
        </ListFoot>
      )}
      {isStopped && before !== null && (
        <ListFoot>
          {audit.stopped(formatCount(before))}
          <Button size="compact-xs" variant="default" onClick={rows.goOn}>
            {audit.goOn}
          </Button>
        </ListFoot>
      )}
      {query.isFetchNextPageError && (
        <ListFoot role="alert">
          {audit.moreFailed}
          <Button size="compact-xs" variant="default" onClick={() => void query.fetchNextPage()}>
            {audit.goOn}
          </Button>
        </ListFoot>
      )}
      {!query.hasNextPage && events.length > 0 && <ListFoot>{audit.end}</ListFoot>}
    </div>
  );
}
