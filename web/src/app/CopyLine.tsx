import { Button, CopyButton } from "@mantine/core";
import { text } from "../text";
import classes from "./CopyLine.module.css";

/** A line to be copied: a command, a token. Browsers copy in a secure context only. */
export function CopyLine({ label, content }: { label: string; content: string }) {
  return (
    <figure className={classes.line} aria-label={label}>
      <code>{content}</code>
      {window.isSecureContext && (
        <CopyButton value={content}>
          {({ copied, copy }) => (
            <Button size="compact-xs" variant="default" style={{ flex: "none" }} onClick={copy}>
              {copied ? text.shell.copied : text.shell.copy}
            </Button>
          )}
        </CopyButton>
      )}
    </figure>
  );
}
