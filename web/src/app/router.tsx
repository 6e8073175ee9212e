import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  type RouterHistory,
} from "@tanstack/react-router";
import { parseAddSearch } from "../add/search";
import { parseAuditSearch } from "../audit/search";
import { parseEventsSearch } from "../events/search";
import { parseChangesSearch } from "../fleet/changes/search";
import { parseConfigSearch } from "../fleet/configs/search";
import { parseListSearch } from "../fleet/list/search";
import { parseHostSearch } from "../host/search";
import { parseLogsSearch } from "../logs/search";
import { parseOverviewSearch } from "../overview/search";
import { parseSignInSearch, toSignIn } from "../session/comeback";
import { parseSettingsSearch } from "../settings/search";
import { CrashedPage, LoadingPage, MissingPage } from "./pages";
import { Shell } from "./Shell";

const rootRoute = createRootRoute({ component: Outlet, notFoundComponent: MissingPage });

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: parseSignInSearch,
  component: lazyRouteComponent(() => import("../session/SignInPage"), "SignInPage"),
});

const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "shell",
  component: Shell,
});

const overviewRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/",
  validateSearch: parseOverviewSearch,
  component: lazyRouteComponent(() => import("../overview/OverviewPage"), "OverviewPage"),
});

const addRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/add",
  validateSearch: parseAddSearch,
  component: lazyRouteComponent(() => import("../add/AddPage"), "AddPage"),
});

const hostRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/hosts/$id",
  validateSearch: parseHostSearch,
  component: lazyRouteComponent(() => import("../host/HostPage"), "HostPage"),
});

const logsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/logs",
  validateSearch: parseLogsSearch,
  component: lazyRouteComponent(() => import("../logs/LogsPage"), "LogsPage"),
});

const fleetFrameRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/fleet",
  component: lazyRouteComponent(() => import("../fleet/FleetFrame"), "FleetFrame"),
});

const agentsRoute = createRoute({
  getParentRoute: () => fleetFrameRoute,
  path: "/",
  validateSearch: parseListSearch,
  component: lazyRouteComponent(() => import("../fleet/agents/AgentsPage"), "AgentsPage"),
});

const configsRoute = createRoute({
  getParentRoute: () => fleetFrameRoute,
  path: "/configs",
  validateSearch: parseListSearch,
  component: lazyRouteComponent(() => import("../fleet/configs/ConfigsPage"), "ConfigsPage"),
});

const configRoute = createRoute({
  getParentRoute: () => fleetFrameRoute,
  path: "/configs/$name",
  validateSearch: parseConfigSearch,
  component: lazyRouteComponent(() => import("../fleet/configs/ConfigPage"), "ConfigPage"),
});

const tagsRoute = createRoute({
  getParentRoute: () => fleetFrameRoute,
  path: "/tags",
  validateSearch: parseListSearch,
  component: lazyRouteComponent(() => import("../fleet/tags/TagsPage"), "TagsPage"),
});

const runnersRoute = createRoute({
  getParentRoute: () => fleetFrameRoute,
  path: "/runners",
  validateSearch: parseListSearch,
  component: lazyRouteComponent(() => import("../fleet/runners/RunnersPage"), "RunnersPage"),
});

const releasesRoute = createRoute({
  getParentRoute: () => fleetFrameRoute,
  path: "/releases",
  component: lazyRouteComponent(() => import("../fleet/releases/ReleasesPage"), "ReleasesPage"),
});

const changesRoute = createRoute({
  getParentRoute: () => fleetFrameRoute,
  path: "/changes",
  validateSearch: parseChangesSearch,
  component: lazyRouteComponent(() => import("../fleet/changes/ChangesPage"), "ChangesPage"),
});

const shutOutRoute = createRoute({
  getParentRoute: () => fleetFrameRoute,
  path: "/shut-out",
  component: lazyRouteComponent(() => import("../fleet/shutOut/ShutOutPage"), "ShutOutPage"),
});

const eventsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/events",
  validateSearch: parseEventsSearch,
  component: lazyRouteComponent(() => import("../events/EventsPage"), "EventsPage"),
});

const auditRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/audit",
  validateSearch: parseAuditSearch,
  component: lazyRouteComponent(() => import("../audit/AuditPage"), "AuditPage"),
});

const settingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/settings",
  validateSearch: parseSettingsSearch,
  component: lazyRouteComponent(() => import("../settings/SettingsPage"), "SettingsPage"),
});

const routeTree = rootRoute.addChildren([
  signInRoute,
  shellRoute.addChildren([
    overviewRoute,
    addRoute,
    hostRoute,
    logsRoute,
    eventsRoute,
    auditRoute,
    settingsRoute,
    fleetFrameRoute.addChildren([
      agentsRoute,
      configsRoute,
      configRoute,
      tagsRoute,
      runnersRoute,
      releasesRoute,
      changesRoute,
      shutOutRoute,
    ]),
  ]),
]);

/** Makes the console's router; tests give a history of their own. */
export function createConsoleRouter(history?: RouterHistory) {
  return createRouter({
    routeTree,
    history,
    defaultPreload: "intent",
    defaultPendingComponent: LoadingPage,
    defaultErrorComponent: CrashedPage,
    scrollRestoration: true,
  });
}

/** Goes to the sign-in page, which comes back to where one is. */
export function leaveForSignIn(router: ReturnType<typeof createConsoleRouter>): void {
  const { pathname, href } = router.state.location;
  if (pathname !== "/sign-in") void router.navigate(toSignIn(href));
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
