import { ApiError, errorText } from "../api/error";
import { text } from "../text";

const { session: words } = text;

/** Tells whether a sign-in failed by what was typed, and not by the server or the way to it. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 401 || error.status === 403);
}

/** Says why a name and password did not open the console. */
export function signInFailureText(error: unknown): string {
  const status = error instanceof ApiError ? error.status : null;
  if (isRefusal(error)) return words.wrongPassword;
  if (status === 429) return words.tooMany;
  return words.inAMoment(errorText(error));
}

/** Says why a one-time link did not open the console, and what to do now. */
export function linkFailureText(error: unknown): string {
  const status = error instanceof ApiError ? error.status : null;
  if (status !== null && status >= 400 && status < 500 && status !== 429) {
    return words.linkGone;
  }
  return words.linkInAMoment(errorText(error));
}
