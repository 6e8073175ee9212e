import { expect, test, vi } from "vitest";
import { ApiError, errorText } from "../src/api/error";
import { request, requestAnswer } from "../src/api/request";

function answerWith(status: number, body: string | null, headers: Record<string, string> = {}) {
  const fetch = vi.fn(async () => new Response(body, { status, headers }));
  vi.stubGlobal("fetch", fetch);
  return fetch;
}

test("a body is sent as JSON and an answer is read as JSON", async () => {
  const fetch = answerWith(201, '{"name":"ada"}');
  expect(await request("/x", { method: "POST", body: { a: 1 } })).toEqual({ name: "ada" });
  expect(fetch).toHaveBeenCalledWith(
    "/x",
    expect.objectContaining({ method: "POST", body: '{"a":1}', credentials: "same-origin" }),
  );
});

test("204 has no body", async () => {
  answerWith(204, null);
  expect(await request("/x", { method: "DELETE" })).toBeUndefined();
});

test("the server's clock is read from the Date header", async () => {
  answerWith(200, "{}", { date: "Sat, 21 Nov 2026 07:31:05 GMT" });
  expect((await requestAnswer("/x")).server_us).toBe(Date.UTC(2026, 10, 21, 7, 31, 5) * 1000);
  answerWith(200, "{}", { date: "soon" });
  expect((await requestAnswer("/x")).server_us).toBeNull();
});

test("an error keeps status, code and message", async () => {
  answerWith(404, '{"code":"not_found","message":"no such machine"}');
  await expect(request("/x")).rejects.toMatchObject({
    status: 404,
    code: "not_found",
    message: "no such machine",
  });
});

test.each(["<html>Bad gateway</html>", "", "null", "[1]", '{"message":{"a":1}}'])(
  "an error of another shape is still an error: %s",
  async (body) => {
    answerWith(502, body);
    const error = await request("/x").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ApiError);
    expect(errorText(error)).toBe("The server answered 502.");
  },
);

test("a page in place of JSON is an error, not data", async () => {
  answerWith(200, "<html></html>");
  await expect(request("/x")).rejects.toMatchObject({ code: "not_json" });
});

test("no answer at all has status 0", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("refused")));
  const error = await request("/x").catch((reason: unknown) => reason);
  expect(error).toMatchObject({ status: 0 });
  expect(errorText(error)).toBe("The server does not answer.");
});
