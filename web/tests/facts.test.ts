import { expect, test } from "vitest";
import { hostFacts } from "../src/host/facts";
import { makeDetail, makeReport } from "./hosts";

const NOW_US = 1_795_245_673_000_000;

test("what is not known is left out", () => {
  const names = hostFacts(makeDetail(), NOW_US).map(({ name }) => name);
  expect(names).toEqual(["System", "Address", "Agent", "Enrolled", "Id"]);
});

test("a clock that is off is a warning with its side", () => {
  const { agent } = makeDetail();
  const clock = (skew_us: number) =>
    hostFacts(makeDetail({ agent: { ...agent, skew_us } }), NOW_US).find(
      ({ name }) => name === "Clock",
    );
  expect(clock(0)).toBeUndefined();
  expect(clock(4e6)).toBeUndefined();
  expect(clock(-90e6)).toMatchObject({ isWarning: true });
  expect(clock(-90e6)?.value).toMatch(/behind$/);
  expect(clock(90e6)?.value).toMatch(/ahead$/);
});

test("the kernel is told once", () => {
  const detail = makeDetail();
  detail.agent.platform = "Debian GNU/Linux 12, Linux 6.1.0 x86_64";
  const system = () => hostFacts(detail, NOW_US)[0]?.value;
  expect(system()).toBe("Debian GNU/Linux 12, Linux 6.1.0 x86_64");
  detail.report = makeReport();
  detail.report.os.release = "6.1.0";
  expect(system()).toBe("Debian GNU/Linux 12");
  detail.report.os.release = "6.2.0";
  expect(system()).toBe("Debian GNU/Linux 12, Linux 6.1.0 x86_64");
});
