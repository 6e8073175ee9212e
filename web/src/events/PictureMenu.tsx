import { Button, Popover, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { requestBlob } from "../api/request";
import { saveAs } from "../app/saveAs";
import { DownloadIcon } from "../icons/icons";
import { text } from "../text";
import classes from "./events.module.css";
import { picturePath } from "./queries";

const { picture } = text.events;
const FORMS = { png: "image/png", svg: "image/svg+xml" } as const;
type Form = keyof typeof FORMS;

interface PictureMenuProps {
  name: string;
  /** YYYY-MM-DD, and what follows, in the server's zone. */
  lastDay: string;
}

/** Downloads the 24 hours of a day as the server draws them. */
export function PictureMenu({ name, lastDay }: PictureMenuProps) {
  const [chosen, setChosen] = useState<string | null>(null);
  const day = chosen ?? lastDay.slice(0, 10);
  const download = useMutation({
    mutationFn: async (form: Form) => {
      const path = picturePath(name, day.replaceAll("-", ""));
      saveAs(await requestBlob(path, FORMS[form]), `${name.replaceAll("/", "_")}-${day}.${form}`);
    },
  });
  return (
    <Popover position="bottom-end" width={220} trapFocus>
      <Popover.Target>
        <Button size="compact-xs" variant="subtle" leftSection={<DownloadIcon size={13} />}>
          {picture.open}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes.picture}>
        <strong>{picture.title}</strong>
        <TextInput
          type="date"
          size="xs"
          label={picture.day}
          value={day}
          onChange={(event) => setChosen(event.currentTarget.value)}
        />
        <div className={classes.tools}>
          {(["png", "svg"] as const).map((form) => (
            <Button
              key={form}
              size="compact-sm"
              variant="default"
              disabled={day === ""}
              loading={download.isPending && download.variables === form}
              onClick={() => download.mutate(form)}
            >
              {picture[form]}
            </Button>
          ))}
        </div>
        {download.isError && (
          <p className={classes.failed} role="alert">
            {picture.failed}
          </p>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
