import { Kbd, Modal } from "@mantine/core";
import { text } from "../text";
import classes from "./Commands.module.css";
import { SECTIONS } from "./sections";

const { help, names } = text.commands;

/** The list of keys. */
export function KeyHelp({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      closeButtonProps={{ "aria-label": help.close }}
      title={help.title}
      size="md"
    >
      <dl className={classes.keys}>
        <Keys name={help.palette} keys={[names.control, "K"]} />
        <Keys name={help.search} keys={["/"]} />
        <Keys name={help.help} keys={["?"]} />
        {SECTIONS.map(({ key, label }) => (
          <Keys key={key} name={help.go(label)} keys={["g", key]} joint={help.joint} />
        ))}
        <Keys name={help.rows} keys={["↑", "↓", names.enter]} />
        <Keys name={help.escape} keys={[names.escape]} />
      </dl>
    </Modal>
  );
}

function Keys({ name, keys, joint }: { name: string; keys: readonly string[]; joint?: string }) {
  return (
    <div>
      <dt>
        {keys.map((key, index) => (
          <span key={key}>
            {index > 0 && joint && ` ${joint} `}
            <Kbd>{key}</Kbd>{" "}
          </span>
        ))}
      </dt>
      <dd>{name}</dd>
    </div>
  );
}
