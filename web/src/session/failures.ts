import { ApiError, errorText } from "../api/error";
import { text } from "../text";

const { session: words } = text;

/** Says why a name and password did not open the console. */
export function signInFailureText(error: unknown): string {
  const status = error instanceof ApiError ? error.status : null;
  if (status === 401 || status === 403) return words.wrongPassword;
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
