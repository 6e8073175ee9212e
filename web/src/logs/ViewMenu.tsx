import { Button, Menu } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import type { TimeWindow } from "../host/range";
import { DownloadIcon } from "../icons/icons";
import { text } from "../text";
import { exportPath } from "./queries";
import type { Asked } from "./search";

const { view } = text.logs;

interface ViewMenuProps {
  asked: Asked;
  columns: readonly string[];
  window: TimeWindow;
  isWrapped: boolean;
  onWrap: (isWrapped: boolean) => void;
}

/** Wraps long messages, shares the address, downloads what was found. */
export function ViewMenu(props: ViewMenuProps) {
  const { asked, columns, isWrapped, onWrap } = props;
  const { from_us, to_us } = props.window;
  const clipboard = useClipboard();
  return (
    <Menu position="bottom-end" width={250}>
      <Menu.Target>
        <Button size="sm" variant="default">
          {view.title}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          role="menuitemcheckbox"
          aria-checked={isWrapped}
          fw={isWrapped ? 600 : undefined}
          onClick={() => onWrap(!isWrapped)}
        >
          {view.wrap}
        </Menu.Item>
        {window.isSecureContext && (
          <Menu.Item onClick={() => clipboard.copy(standing(window.location.href, from_us, to_us))}>
            {view.share}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Label>{view.download}</Menu.Label>
        {(["ndjson", "csv"] as const).map((format) => (
          <Menu.Item
            key={format}
            component="a"
            href={exportPath(asked, format, columns)}
            download
            leftSection={<DownloadIcon size={14} />}
          >
            {view[format]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** An address that shows the same rows tomorrow: from one moment to another, without following. */
export function standing(href: string, from_us: number, to_us: number): string {
  const address = new URL(href);
  address.searchParams.delete("range");
  address.searchParams.delete("tail");
  address.searchParams.set("from", String(from_us));
  address.searchParams.set("to", String(to_us));
  return address.href;
}
