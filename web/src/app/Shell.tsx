import { Anchor } from "@mantine/core";
import { Link, Outlet } from "@tanstack/react-router";
import { SessionMenu } from "../session/SessionMenu";
import { ColorSchemeSwitch } from "./ColorSchemeSwitch";
import { Logo } from "./Logo";
import classes from "./Shell.module.css";

/** What all pages for signed-in people share: the bar on top and the main landmark. */
export function Shell() {
  return (
    <>
      <a href="#main" className={classes.skip}>
        Skip to content
      </a>
      <header className={classes.header}>
        <div className={classes.bar}>
          <Link to="/" className={classes.brand} aria-label="Muster, all machines">
            <Logo />
            <span>Muster</span>
          </Link>
          <nav className={classes.nav} aria-label="Main">
            <Link
              to="/"
              className={classes.link}
              activeOptions={{ exact: true, includeSearch: false }}
            >
              Machines
            </Link>
          </nav>
          <div className={classes.tools}>
            <Anchor href="/docs" size="sm" className={classes.docs}>
              API<span className={classes.wide}> documentation</span>
            </Anchor>
            <ColorSchemeSwitch />
            <SessionMenu />
          </div>
        </div>
      </header>
      <main id="main" className={classes.main} tabIndex={-1}>
        <Outlet />
      </main>
    </>
  );
}
