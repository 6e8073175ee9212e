import { useEffect } from "react";
import { text } from "../text";

/** Names the page in the browser's tab and history. */
export function usePageTitle(page: string): void {
  useEffect(() => {
    document.title = text.shell.documentTitle(page);
  }, [page]);
}
