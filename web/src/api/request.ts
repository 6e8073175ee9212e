import { text as words } from "../text";
import { ApiError } from "./error";

const { answers } = words;
const TIMEOUT_MS = 30_000;

export interface Answer<Body> {
  body: Body;
  /** The server's clock when it answered, from the Date header; null when it sent none. */
  server_us: number | null;
}

interface Call {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  accept?: string;
  body?: unknown;
  signal?: AbortSignal;
}

/** Returns the body of a JSON answer. Throws ApiError for every other outcome. */
export async function request<Body>(path: string, call: Call = {}): Promise<Body> {
  return (await requestAnswer<Body>(path, call)).body;
}

/** Returns the body of an answer that is text. Throws as `request` does. */
export async function requestText(path: string, call: Call = {}): Promise<string> {
  const response = await send(path, call);
  const body = await response.text();
  if (!response.ok) throw toError(response.status, body);
  return body;
}

/** Returns the body of an answer in the form that is asked for. Throws as `request` does. */
export async function requestBlob(path: string, accept: string): Promise<Blob> {
  const response = await send(path, { accept });
  if (!response.ok) throw toError(response.status, await response.text());
  return response.blob();
}

/** As `request`, with what the answer's header says. */
export async function requestAnswer<Body>(path: string, call: Call = {}): Promise<Answer<Body>> {
  const response = await send(path, call);
  const text = await response.text().catch(() => {
    throw new ApiError(0, "cut_off", answers.cutOff);
  });
  if (!response.ok) throw toError(response.status, text);
  const date = Date.parse(response.headers.get("date") ?? "");
  return {
    body: (text === "" ? undefined : parse(response.status, text)) as Body,
    server_us: Number.isNaN(date) ? null : date * 1000,
  };
}

async function send(path: string, call: Call): Promise<Response> {
  const { method = "GET", accept = "application/json", body, signal } = call;
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  try {
    return await fetch(path, {
      method,
      credentials: "same-origin",
      headers: {
        accept,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, "unreachable", answers.unreachable);
  }
}

function toError(status: number, text: string): ApiError {
  try {
    const { code, message } = JSON.parse(text) as { code?: unknown; message?: unknown };
    return new ApiError(status, String(code ?? ""), typeof message === "string" ? message : "");
  } catch {
    return new ApiError(status, "", "");
  }
}

function parse(status: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(status, "not_json", answers.notJson);
  }
}
