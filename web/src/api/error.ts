import { text } from "../text";

const { answers } = text;

/** A request that did not succeed. `status` 0: no answer came at all. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Tells whether an error means that nobody is signed in. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401;
}

/** One sentence for a person. */
export function errorText(error: unknown): string {
  if (!(error instanceof ApiError)) return answers.unreadable;
  if (error.status === 0) return answers.unreachable;
  if (error.status === 429) return answers.busy;
  return error.message || answers.status(error.status);
}
