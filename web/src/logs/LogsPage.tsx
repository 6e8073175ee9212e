import { ActionIcon, Drawer, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { QueryNotice } from "../app/QueryNotice";
import { SidePanel } from "../app/SidePanel";
import { useMedia } from "../app/useMedia";
import { RangeBar } from "../host/RangeBar";
import { DEFAULT_PRESET, widen, windowOf, windowUntil } from "../host/range";
import { RefreshIcon } from "../icons/icons";
import { text } from "../text";
import { ContextDialog } from "./ContextDialog";
import { FieldsPanel } from "./FieldsPanel";
import { LogHistogramCard } from "./LogHistogramCard";
import { LogsHead } from "./LogsHead";
import classes from "./LogsPage.module.css";
import { queryProblem } from "./problem";
import { histogramQuery } from "./queries";
import { Results } from "./Results";
import { SearchBar } from "./SearchBar";
import { useLogRows } from "./useLogRows";
import { useLogsState } from "./useLogsState";

const { logs } = text;
const TAIL_REDRAW_MS = 5_000;

/** Searches the log rows of all machines, over a time range or as they arrive. */
export function LogsPage() {
  const state = useLogsState();
  const { search, asked, columns, run, change } = state;
  const isTailing = search.tail === true;
  const { query, rows, tail, loadMore, isFull } = useLogRows(asked, run, isTailing);
  const histogram = useQuery({
    ...histogramQuery(asked, run),
    refetchInterval: isTailing ? TAIL_REDRAW_MS : false,
  });
  const isNarrow = useMedia("(max-width: 60em)");
  const hasPanel = useMedia("(min-width: 80em)");
  const [isPanelOpen, setPanelOpen] = useState(false);
  const now_us = Date.now() * 1000;
  const shown = histogram.data ?? windowOf(asked.range, now_us);
  const { setRange } = state;
  const zoom = useCallback(
    (from_s: number, to_s: number) =>
      setRange({ from_us: Math.floor(from_s) * 1e6, to_us: Math.ceil(to_s) * 1e6 }),
    [setRange],
  );

  const handlers = { columns, onFilter: state.filter, onColumn: state.turnColumn };
  const problem = queryProblem(query.error);
  const panel = problem === null && <FieldsPanel asked={asked} run={run} {...handlers} />;
  return (
    <>
      <LogsHead
        asked={asked}
        columns={columns}
        window={shown}
        isTailing={isTailing}
        isWrapped={search.wrap === true}
        onTail={state.setTail}
        onWrap={(isWrapped) => change({ wrap: isWrapped || undefined }, true)}
        onFields={hasPanel ? null : () => setPanelOpen(true)}
      />
      <SearchBar
        asked={asked}
        problem={problem}
        isBusy={query.isFetching && !query.isFetchingNextPage}
        onSearch={state.ask}
      />
      <div className={classes.range}>
        <RangeBar
          range={asked.range}
          window={shown}
          now_us={now_us}
          hint={logs.rangeLive}
          onChange={setRange}
        />
        <Tooltip label={logs.refresh}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={30}
            aria-label={logs.refresh}
            onClick={state.refresh}
          >
            <RefreshIcon />
          </ActionIcon>
        </Tooltip>
      </div>
      {!query.isError && <QueryNotice query={histogram} height={165} />}
      {histogram.data && problem === null && (
        <LogHistogramCard
          histogram={histogram.data}
          isOld={histogram.isPlaceholderData}
          onZoom={zoom}
          onReset={() => setRange({ live: DEFAULT_PRESET })}
          onLevel={state.showLevel}
        />
      )}
      <div className={classes.columns} data-panel={(hasPanel && panel && true) || undefined}>
        {hasPanel && panel && <SidePanel className={classes.panel}>{panel}</SidePanel>}
        <Results
          query={query}
          rows={rows}
          tail={tail}
          isFull={isFull}
          asked={asked}
          isWrapped={search.wrap === true}
          isNarrow={isNarrow}
          onEnd={loadMore}
          onAround={(around) => change({ around })}
          onClear={() => state.ask("")}
          onMoreTime={() => setRange(widen(shown, now_us))}
          onEarlier={({ ts_us }) => {
            setRange(windowUntil(shown, ts_us + 1));
            window.scrollTo({ top: 0 });
          }}
          {...handlers}
        />
      </div>
      <Drawer
        opened={isPanelOpen && !hasPanel}
        onClose={() => setPanelOpen(false)}
        title={logs.fields.title}
        size={320}
        closeButtonProps={{ "aria-label": logs.context.close }}
      >
        {panel}
      </Drawer>
      <ContextDialog id={search.around} onClose={() => change({ around: undefined })} />
    </>
  );
}
