import { Button, Code, Menu } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { errorText } from "../api/error";
import { Notice } from "../app/Notice";
import { saveAs } from "../app/saveAs";
import { DownloadIcon } from "../icons/icons";
import { text } from "../text";
import classes from "./audit.module.css";
import { CHECKPOINT_PATH, type Head, readExport } from "./queries";
import type { Filters } from "./search";

const { export: words } = text.audit;
const VERIFY = "muster audit verify audit-events.ndjson --key audit.vkey";
const COMMAND = "muster audit export --token-file admin-token all.ndjson";

/** Events with their proofs, below the head that they are proven by. */
export function ExportMenu({ filters, head }: { filters: Filters; head: Head | undefined }) {
  const download = useMutation({
    mutationFn: async (newest: Head) =>
      saveAs(new Blob([await readExport(filters, newest)]), "audit-events.ndjson"),
  });
  return (
    <Menu position="bottom-end" width={360}>
      <Menu.Target>
        <Button size="sm" variant="default" disabled={!head?.size} loading={download.isPending}>
          {words.title}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          closeMenuOnClick={false}
          leftSection={<DownloadIcon size={14} />}
          onClick={() => head && download.mutate(head)}
        >
          {words.page}
        </Menu.Item>
        {download.isError && <Notice>{errorText(download.error)}</Notice>}
        <Menu.Label>{words.verify}</Menu.Label>
        <Code block className={classes.commandLine}>
          {VERIFY}
        </Code>
        <Menu.Divider />
        <Menu.Item
          component="a"
          href={CHECKPOINT_PATH}
          download="audit.checkpoint"
          leftSection={<DownloadIcon size={14} />}
        >
          {words.checkpoint}
        </Menu.Item>
        <Menu.Label>{words.command}</Menu.Label>
        <Code block className={classes.commandLine}>
          {COMMAND}
        </Code>
      </Menu.Dropdown>
    </Menu>
  );
}
