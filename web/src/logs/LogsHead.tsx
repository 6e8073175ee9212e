import { Button, Switch } from "@mantine/core";
import { PageHead } from "../app/PageHead";
import type { TimeWindow } from "../host/range";
import { text } from "../text";
import type { Asked } from "./search";
import { ViewMenu } from "./ViewMenu";

const { logs } = text;

interface LogsHeadProps {
  asked: Asked;
  columns: readonly string[];
  window: TimeWindow;
  isTailing: boolean;
  isWrapped: boolean;
  onTail: (isOn: boolean) => void;
  onWrap: (isWrapped: boolean) => void;
  /** Opens the fields where they do not stand beside the rows. */
  onFields: (() => void) | null;
}

/** The page's title, and what changes how rows are shown. */
export function LogsHead({ isTailing, onTail, onFields, ...view }: LogsHeadProps) {
  return (
    <PageHead title={logs.title}>
      <Switch
        label={logs.tail.label}
        checked={isTailing}
        onChange={(event) => onTail(event.currentTarget.checked)}
      />
      {onFields && (
        <Button size="sm" variant="default" onClick={onFields}>
          {logs.fields.show}
        </Button>
      )}
      <ViewMenu {...view} />
    </PageHead>
  );
}
