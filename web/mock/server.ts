import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Connect, Plugin } from "vite";
import { makeFleet, makeOverall, makeSparklines } from "./fleet";
import { makeDetail } from "./host";
import { makeMetrics } from "./metrics";

const NONCE = "bW9jay1ub25jZQ";
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  `style-src 'self' 'nonce-${NONCE}'`,
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");
const COOKIE = "mock_session=ada";

/**
 * Answers the console's API with made-up machines, in `npm run dev` and `npm run preview`; the
 * preview also sends the server's Content-Security-Policy. MOCK_HOSTS sets the number of machines.
 * Sign in as ada with the password `muster`, or by /sign-in#code=once.
 */
export function mockServer(): Plugin {
  const api = createApi(Number(process.env.MOCK_HOSTS ?? 12));
  return {
    name: "muster-mock",
    configureServer: (server) => {
      server.middlewares.use(api);
    },
    configurePreviewServer: (server) => {
      server.middlewares.use(api);
      server.middlewares.use(servePage);
    },
  };
}

function createApi(hosts: number): Connect.NextHandleFunction {
  const usedCodes = new Set<string>();
  return async (request, response, next) => {
    const url = new URL(request.url ?? "/", "http://mock");
    const now_us = Date.now() * 1000;
    const route = `${request.method} ${url.pathname}`;
    if (!/^\/(console|api)\//.test(url.pathname)) return next();
    if (route === "POST /console/v1/session") {
      const { name, password } = await readJson(request);
      if (password === "muster") return signIn(response, name ?? "");
      return fail(response, 401, "not_authenticated", "unknown name or wrong password");
    }
    if (route === "POST /console/v1/session/link") {
      const { code = "" } = await readJson(request);
      if (code !== "once" || usedCodes.has(code)) {
        return fail(response, 401, "not_authenticated", "the link was used or has run out");
      }
      usedCodes.add(code);
      return signIn(response, "ada");
    }
    if (!request.headers.cookie?.includes(COOKIE)) {
      return fail(response, 401, "not_authenticated", "sign in first");
    }
    if (route === "DELETE /console/v1/session") {
      response.setHeader("set-cookie", "mock_session=; Path=/; Max-Age=0");
      return answer(response, 204);
    }
    if (route === "GET /console/v1/session") {
      return answer(response, 200, { name: "ada", is_admin: true, timezone: "Europe/Berlin" });
    }
    if (route === "GET /console/v1/fleet") return answer(response, 200, makeFleet(hosts, now_us));
    if (route === "GET /console/v1/fleet/sparklines") {
      return answer(response, 200, makeSparklines(url.searchParams.getAll("agent"), now_us));
    }
    if (route === "GET /console/v1/attention") {
      return answer(response, 200, makeOverall(hosts, now_us));
    }
    if (route === "GET /api/metrics") return answer(response, 200, makeMetrics(url.searchParams));
    const id = /^GET \/console\/v1\/hosts\/(.+)$/.exec(route)?.[1];
    const detail = id && makeDetail(decodeURIComponent(id), hosts, now_us);
    if (detail) return answer(response, 200, detail);
    return fail(response, 404, "not_found", "no such machine");
  };
}

/** Serves the built page for every path that is no file, as the server does. */
const servePage: Connect.NextHandleFunction = async (request, response, next) => {
  if (!request.headers.accept?.includes("text/html")) return next();
  const page = await readFile(new URL("../dist/index.html", import.meta.url), "utf8");
  response.setHeader("content-type", "text/html; charset=utf-8");
  response.setHeader("content-security-policy", POLICY);
  response.end(page.replace("__CSP_NONCE__", NONCE));
};

function signIn(response: ServerResponse, name: string): void {
  response.setHeader("set-cookie", `${COOKIE}; Path=/; HttpOnly; SameSite=Lax`);
  answer(response, 201, { name, is_admin: true, timezone: "Europe/Berlin" });
}

function fail(response: ServerResponse, status: number, code: string, message: string): void {
  answer(response, status, { code, message });
}

function answer(response: ServerResponse, status: number, body?: unknown): void {
  response.statusCode = status;
  response.setHeader("content-type", "application/json");
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

async function readJson(request: IncomingMessage): Promise<Record<string, string>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString() || "{}") as Record<string, string>;
}
