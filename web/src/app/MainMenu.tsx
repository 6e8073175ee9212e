import { ActionIcon, Drawer } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { MenuIcon } from "../icons/icons";
import { text } from "../text";
import classes from "./MainMenu.module.css";
import { SECTIONS } from "./sections";
import { ZoneChoices } from "./ZoneSwitch";

const { shell } = text;

/** The pages side by side, for wide screens. */
export function MainMenu() {
  return (
    <nav className={classes.nav} aria-label={shell.main}>
      <SectionLinks />
    </nav>
  );
}

/** A button that opens the pages, and what has no room in the bar, for narrow screens. */
export function MenuDrawer() {
  const [isOpen, setOpen] = useState(false);
  return (
    <div className={classes.drawerButton}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={shell.menu}
        aria-expanded={isOpen}
        onClick={() => setOpen(true)}
      >
        <MenuIcon />
      </ActionIcon>
      <Drawer
        opened={isOpen}
        onClose={() => setOpen(false)}
        position="left"
        size={264}
        title={shell.menu}
        closeButtonProps={{ "aria-label": shell.closeMenu }}
      >
        <nav className={classes.list} aria-label={shell.main}>
          <SectionLinks onFollow={() => setOpen(false)} />
        </nav>
        <div className={classes.zone}>
          <ZoneChoices />
        </div>
      </Drawer>
    </div>
  );
}

function SectionLinks({ onFollow }: { onFollow?: () => void }) {
  return SECTIONS.map(({ path, label, icon: SectionIcon }) => (
    <Link
      key={path}
      to={path}
      className={classes.link}
      activeOptions={{ exact: path === "/", includeSearch: false }}
      onClick={onFollow}
    >
      <SectionIcon />
      {label}
    </Link>
  ));
}
