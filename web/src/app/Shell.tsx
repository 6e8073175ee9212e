import { ActionIcon, Kbd } from "@mantine/core";
import { Link, Outlet } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { SearchIcon } from "../icons/icons";
import { SessionMenu } from "../session/SessionMenu";
import { text } from "../text";
import { ColorSchemeSwitch } from "./ColorSchemeSwitch";
import { CommandPalette } from "./CommandPalette";
import { KeyHelp } from "./KeyHelp";
import { Logo } from "./Logo";
import { MainMenu, MenuDrawer } from "./MainMenu";
import classes from "./Shell.module.css";
import { useConnectionLost } from "./useConnection";
import { useKeys } from "./useKeys";
import { useServerZone, useZoneName } from "./useZone";
import { ZoneSwitch } from "./ZoneSwitch";

const { shell, commands } = text;

/** What all pages for signed-in people share: the bar on top, keys, and the main landmark. */
export function Shell() {
  const [open, setOpen] = useState<"palette" | "keys" | null>(null);
  useServerZone();
  const zone = useZoneName();
  const isLost = useConnectionLost();
  const showPalette = useCallback(() => setOpen("palette"), []);
  const showKeys = useCallback(() => setOpen("keys"), []);
  const close = useCallback(() => setOpen(null), []);
  useKeys({ isBlocked: open !== null, onPalette: showPalette, onHelp: showKeys });
  return (
    <>
      <a href="#main" className={classes.skip}>
        {shell.skip}
      </a>
      <header className={classes.header}>
        <div className={classes.bar}>
          <MenuDrawer />
          <Link to="/" className={classes.brand} aria-label={shell.brand}>
            <Logo />
            <span>{shell.name}</span>
          </Link>
          <MainMenu />
          <div className={classes.tools}>
            <button type="button" className={classes.palette} onClick={showPalette}>
              <SearchIcon size={14} />
              {commands.open}
              <Kbd size="xs">{commands.paletteKeys}</Kbd>
            </button>
            <ActionIcon
              className={classes.smallPalette}
              variant="subtle"
              color="gray"
              size="lg"
              aria-label={commands.open}
              onClick={showPalette}
            >
              <SearchIcon />
            </ActionIcon>
            <div className={classes.zone}>
              <ZoneSwitch />
            </div>
            <ColorSchemeSwitch />
            <SessionMenu />
          </div>
        </div>
      </header>
      {isLost && (
        <p className={classes.lost} role="status">
          {shell.lost}
        </p>
      )}
      <main id="main" className={classes.main} tabIndex={-1}>
        <Outlet key={zone ?? ""} />
      </main>
      <CommandPalette isOpen={open === "palette"} onClose={close} onKeys={showKeys} />
      <KeyHelp isOpen={open === "keys"} onClose={close} />
    </>
  );
}
