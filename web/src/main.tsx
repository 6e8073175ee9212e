import "@mantine/core/styles.css";
import "./app/tokens.css";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { createRoot } from "react-dom/client";
import { createQueryClient } from "./api/client";
import { createConsoleRouter, leaveForSignIn } from "./app/router";
import { theme, themeVariables } from "./app/theme";
import { attentionQuery, fleetQuery } from "./overview/queries";
import { language } from "./text";

const root = document.getElementById("root");
if (!root) throw new Error("the page has no #root");

document.documentElement.lang = language;
const router = createConsoleRouter();
const queries = createQueryClient(() => leaveForSignIn(router));
// What the first page shows is asked for while its script is still on its way.
if (window.location.pathname === "/") {
  void queries.prefetchQuery(fleetQuery);
  void queries.prefetchQuery(attentionQuery);
}

/** The server's answer carries a nonce; styles that Mantine writes need it to pass the policy. */
function getStyleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
}

// The library that keeps the page still behind a dialog writes a style too, and looks for its nonce here.
Object.assign(globalThis, { __webpack_nonce__: getStyleNonce() });

createRoot(root).render(
  <MantineProvider
    theme={theme}
    cssVariablesResolver={themeVariables}
    defaultColorScheme="auto"
    getStyleNonce={getStyleNonce}
  >
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </MantineProvider>,
);
