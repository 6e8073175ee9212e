import { Button, Code, Menu } from "@mantine/core";
import { DownloadIcon } from "../icons/icons";
import { text } from "../text";
import classes from "./audit.module.css";
import { CHECKPOINT_PATH, exportPath } from "./queries";
import type { Filters } from "./search";

const { export: words } = text.audit;
const COMMAND = "muster audit export --token-file admin-token all.ndjson";

/** Events with their proofs, and the head that they are proven by. */
export function ExportMenu({ filters, size }: { filters: Filters; size: number }) {
  return (
    <Menu position="bottom-end" width={340}>
      <Menu.Target>
        <Button size="sm" variant="default" disabled={size === 0}>
          {words.title}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          component="a"
          href={exportPath(filters, size)}
          download="audit-events.json"
          leftSection={<DownloadIcon size={14} />}
        >
          {words.page}
        </Menu.Item>
        <Menu.Item
          component="a"
          href={CHECKPOINT_PATH}
          download="audit.checkpoint"
          leftSection={<DownloadIcon size={14} />}
        >
          {words.checkpoint}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{words.command}</Menu.Label>
        <Code block className={classes.commandLine}>
          {COMMAND}
        </Code>
      </Menu.Dropdown>
    </Menu>
  );
}
