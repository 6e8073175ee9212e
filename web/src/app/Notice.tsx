import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { text } from "../text";
import classes from "./Notice.module.css";

interface NoticeProps {
  children: ReactNode;
  isBusy?: boolean;
  /** Given, there is a button to try again. */
  onRetry?: () => void;
}

/** Says that something did not work; read aloud at once. */
export function Notice({ children, isBusy = false, onRetry }: NoticeProps) {
  return (
    <div className={classes.notice} role="alert">
      <span>{children}</span>
      {onRetry && (
        <Button size="compact-sm" variant="default" loading={isBusy} onClick={onRetry}>
          {text.shell.tryAgain}
        </Button>
      )}
    </div>
  );
}
