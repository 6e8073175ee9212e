import { Button, Switch, Title } from "@mantine/core";
import type { TimeWindow } from "../host/range";
import { text } from "../text";
import classes from "./logs.module.css";
import type { Asked } from "./search";
import { ViewMenu } from "./ViewMenu";

const { logs } = text;

interface LogsHeadProps {
  asked: Asked;
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
    <div className={classes.head}>
      <Title order={1} size="h3">
        {logs.title}
      </Title>
      <div className={classes.tools}>
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
      </div>
    </div>
  );
}
