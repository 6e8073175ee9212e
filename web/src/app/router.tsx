import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  type RouterHistory,
} from "@tanstack/react-router";
import { parseFleetSearch } from "../fleet/search";
import { parseHostSearch } from "../host/search";
import { parseLogsSearch } from "../logs/search";
import { parseSignInSearch, toSignIn } from "../session/comeback";
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

const fleetRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/",
  validateSearch: parseFleetSearch,
  component: lazyRouteComponent(() => import("../fleet/FleetPage"), "FleetPage"),
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

const routeTree = rootRoute.addChildren([
  signInRoute,
  shellRoute.addChildren([fleetRoute, hostRoute, logsRoute]),
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
