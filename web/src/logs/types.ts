import type { paths } from "../api/schema";

type Answer<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { "application/json": infer Body } } } };
}
  ? Body
  : never;

export type LogPage = Answer<"/console/v1/logs">;
export type LogRow = LogPage["rows"][number];
export type LogHistogram = Answer<"/console/v1/logs/histogram">;
export type LogFields = Answer<"/console/v1/logs/fields">;
export type LogValues = Answer<"/console/v1/logs/values">;
export type LogContext = Answer<"/console/v1/logs/context">;
