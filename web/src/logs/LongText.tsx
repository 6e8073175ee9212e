import { Button } from "@mantine/core";
import { useState } from "react";
import { formatCount } from "../format/number";
import { text } from "../text";
import classes from "./LongText.module.css";
import { visible } from "./visible";

const { logs } = text;
const SHOWN_CHARACTERS = 5_000;

/** A text of any length: as much of it as one reads, and the rest when it is asked for, in a box that scrolls. */
export function LongText({ content }: { content: string }) {
  const [isWhole, setWhole] = useState(false);
  const isCut = !isWhole && content.length > SHOWN_CHARACTERS;
  return (
    <>
      <pre className={classes.text} tabIndex={isWhole ? 0 : undefined}>
        {visible(isCut ? content.slice(0, SHOWN_CHARACTERS) : content)}
        {isCut && "…"}
      </pre>
      {isCut && (
        <Button
          className={classes.more}
          size="compact-xs"
          variant="default"
          onClick={() => setWhole(true)}
        >
          {logs.field.whole(formatCount(content.length))}
        </Button>
      )}
    </>
  );
}
