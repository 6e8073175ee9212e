import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { sessionQuery } from "../session/queries";
import { text } from "../text";
import { ChangesProvider } from "./change/ChangesProvider";
import classes from "./layout.module.css";
import { FLEET_PARTS } from "./sections";

/** What the pages of the fleet share: the way to each other, and asking for changes. */
export function FleetFrame() {
  const { data: session } = useQuery(sessionQuery);
  const nav = useRef<HTMLElement>(null);
  const path = useLocation({ select: ({ pathname }) => pathname });
  useEffect(() => {
    const active = nav.current?.querySelector<HTMLElement>('[data-status="active"]');
    if (nav.current && active) nav.current.scrollLeft = active.offsetLeft - nav.current.offsetLeft;
  }, [path]);
  return (
    <ChangesProvider>
      <nav ref={nav} className={classes.sections} aria-label={text.fleet.sections.label}>
        {FLEET_PARTS.map(([to, name]) => (
          <Link
            key={to}
            to={to}
            className={classes.section}
            data-name={name}
            activeOptions={{ exact: to === "/fleet", includeSearch: false }}
          >
            {name}
          </Link>
        ))}
      </nav>
      {session?.is_admin === false && <p className={classes.looksOnly}>{text.fleet.looksOnly}</p>}
      <Outlet />
    </ChangesProvider>
  );
}
