import { ApiError, errorText } from "../api/error";

/** Says why a name and password did not open the console. */
export function signInFailureText(error: unknown): string {
  const status = error instanceof ApiError ? error.status : null;
  if (status === 401 || status === 403) return "Wrong name or password.";
  if (status === 429) return "Too many attempts. Wait a minute, then try again.";
  return `${errorText(error)} Try again in a moment.`;
}

/** Says why a one-time link did not open the console, and what to do now. */
export function linkFailureText(error: unknown): string {
  const status = error instanceof ApiError ? error.status : null;
  if (status !== null && status >= 400 && status < 500 && status !== 429) {
    return (
      "This link was used already or is older than 15 minutes. Run muster user link on the server " +
      "for a new one, or sign in with name and password."
    );
  }
  return `${errorText(error)} Open the link again in a moment.`;
}
