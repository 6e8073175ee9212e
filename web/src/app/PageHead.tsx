import { Title } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./PageHead.module.css";
import { usePageTitle } from "./usePageTitle";

interface PageHeadProps {
  title: string;
  /** What there is, in a line: counts, a name. */
  summary?: ReactNode;
  /** What can be begun, or changes what is shown, at the right. */
  children?: ReactNode;
}

/** The title of a page, there and in the browser's tab, and beside it what is done with the whole. */
export function PageHead({ title, summary, children }: PageHeadProps) {
  usePageTitle(title);
  return (
    <div className={classes.head}>
      <div>
        <Title order={1} size="h3">
          {title}
        </Title>
        {summary && <p className={classes.summary}>{summary}</p>}
      </div>
      {children && <div className={classes.tools}>{children}</div>}
    </div>
  );
}
