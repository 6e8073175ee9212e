import { expect, test } from "vitest";
import { ApiError } from "../src/api/error";
import { parseLinkCode, parseNext, parseSignInSearch, toSignIn } from "../src/session/comeback";
import { linkFailureText, signInFailureText } from "../src/session/failures";

test.each(["/", "/hosts/a%2Fb?range=6h#x", "/?q=web"])("%s is a place to come back to", (path) => {
  expect(parseNext(path)).toBe(path);
});

test.each([
  "https://evil.example/",
  "//evil.example/",
  "/\\evil.example",
  "/\t/evil.example",
  "javascript:alert(1)",
  "hosts/1",
  "",
  "/sign-in?next=/sign-in",
  undefined,
  7,
])("%s leads to the start instead", (next) => {
  expect(parseNext(next)).toBe("/");
  expect(parseSignInSearch({ next })).toEqual({});
});

test("signing in again keeps the place", () => {
  expect(toSignIn("/hosts/1?range=6h").search).toEqual({ next: "/hosts/1?range=6h" });
});

test("a one-time code is read from the part behind #", () => {
  expect(parseLinkCode("#code=X%2BYZ")).toBe("X+YZ");
  for (const hash of ["", "#", "#code=", "#other=1"]) expect(parseLinkCode(hash)).toBeNull();
});

test("a used link says what to do, an unreachable server does not blame the link", () => {
  expect(linkFailureText(new ApiError(401, "not_authenticated", ""))).toContain("muster user link");
  expect(linkFailureText(new ApiError(0, "unreachable", ""))).not.toContain("used");
  expect(linkFailureText(new ApiError(429, "", ""))).not.toContain("used");
});

test("a failed sign-in says whose fault it is", () => {
  expect(signInFailureText(new ApiError(401, "", ""))).toContain("Wrong");
  expect(signInFailureText(new ApiError(429, "", ""))).toContain("Too many");
  expect(signInFailureText(new ApiError(503, "", ""))).not.toContain("Wrong");
});
