import { Button } from "@mantine/core";
import { type RefObject, useRef } from "react";
import { formatMoment } from "../format/time";
import { text } from "../text";
import { CompareSelect } from "./CompareSelect";
import { RangeBar } from "./RangeBar";
import type { Range, TimeWindow } from "./range";
import { type Place, SectionNav } from "./SectionNav";
import type { HostSearch } from "./search";
import classes from "./tools.module.css";

const words = text.host;

interface HostToolsProps {
  places: readonly Place[];
  search: HostSearch;
  range: Range;
  window: TimeWindow;
  now_us: number;
  detailsRef: RefObject<HTMLElement | null>;
  onSearch: (search: HostSearch) => void;
  onRange: (range: Range) => void;
  onLive: () => void;
}

/** What stays on top while one scrolls: the time range, what it is compared with, and the way to each part. */
export function HostTools(props: HostToolsProps) {
  const { places, search, detailsRef, onSearch, onRange, ...rest } = props;
  const ref = useRef<HTMLDivElement>(null);
  return (
    <div ref={ref} className={classes.tools}>
      <RangeBar {...rest} hint={words.range.drag} onChange={onRange}>
        <div className={classes.rest}>
          {search.at !== undefined && (
            <Button
              size="compact-sm"
              variant="light"
              title={words.moment.toDetails}
              onClick={() => detailsRef.current?.scrollIntoView({ behavior: "smooth" })}
            >
              {words.moment.chip(formatMoment(search.at))}
            </Button>
          )}
          <CompareSelect value={search.compare} onChange={(compare) => onSearch({ compare })} />
        </div>
      </RangeBar>
      {places.length > 1 && <SectionNav places={places} topRef={ref} />}
    </div>
  );
}
