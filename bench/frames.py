"""How smoothly a page moves: frames, long tasks and blank places while somebody scrolls it, in Chromium."""

import contextlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from playwright.sync_api import Browser, CDPSession, Page, StorageState

FRAME_MS = 1000 / 60
SIZE = {"width": 1280, "height": 860}
MIDDLE = {"x": 700, "y": 500}

RECORDER = """
(() => {
  let seen = null, last = 0, look = () => 0;
  const looks = {
    nothing: () => 0,
    rows: () => {
      const body = document.querySelector('[role=grid] [role=rowgroup]');
      if (!body) return 1;
      const place = body.getBoundingClientRect();
      const rows = body.querySelectorAll(':scope > [role=row]');
      const top = Math.max(0, place.top), bottom = Math.min(innerHeight, place.bottom);
      if (bottom <= top) return 0;
      if (rows.length === 0) return 1;
      const first = rows[0].getBoundingClientRect().top;
      const end = rows[rows.length - 1].getBoundingClientRect().bottom;
      const shown = Math.min(end, bottom) - Math.max(first, top);
      return 1 - Math.max(0, Math.min(1, (shown + 1) / (bottom - top)));
    },
    charts: () => {
      let whole = 0, blank = 0;
      for (const card of document.querySelectorAll('#main article')) {
        const { top, bottom, width } = card.getBoundingClientRect();
        const area = Math.max(0, Math.min(innerHeight, bottom) - Math.max(0, top)) * width;
        whole += area;
        if (!card.querySelector('canvas, p')) blank += area;
      }
      for (const place of document.querySelectorAll('#main section[aria-busy=true]')) {
        if (place.querySelector('article')) continue;
        const { top, bottom, width } = place.getBoundingClientRect();
        const area = Math.max(0, Math.min(innerHeight, bottom) - Math.max(0, top)) * width;
        whole += area;
        blank += area;
      }
      return whole ? blank / whole : 0;
    },
  };
  const note = () => {
    if (!seen) return;
    const share = look();
    seen.looks += 1;
    if (share > 0.01) seen.blank += 1;
  };
  // Before any listener of the page: what stood there when the frame with this place was shown.
  addEventListener('scroll', note, { capture: true, passive: true });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) seen?.long.push(duration);
  }).observe({ type: 'longtask' });
  const frame = (now) => {
    if (!seen) return;
    if (last) seen.frames.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  globalThis.recorder = {
    start: (name) => {
      seen = { frames: [], long: [], looks: 0, blank: 0 };
      last = 0;
      look = looks[name];
      requestAnimationFrame(frame);
    },
    stop: () => {
      const found = seen;
      seen = null;
      return found;
    },
  };
})();
"""
"""Takes the time of each frame, and at each scroll looks which share of what is in sight stands there."""


class Frames(NamedTuple):
    """Frames in rising milliseconds; `blank` is the share of scrolls that came upon empty places.

    `cpu_ms` is what the page's thread computed: of all figures the one that other programs change least.
    """

    ms: list[float]
    long_ms: list[float]
    blank: float
    cpu_ms: float

    def percentile(self, share: float) -> float:
        """Return the milliseconds that this share of frames took at most."""
        return self.ms[min(len(self.ms) - 1, int(share * len(self.ms)))]

    @property
    def longest_task_ms(self) -> float:
        """The longest task of the page's thread; those under 50 ms count as none."""
        return max(self.long_ms, default=0.0)

    def text(self) -> str:
        """Return everything in a line."""
        shares = ", ".join(f"p{share:g} {self.percentile(share / 100):.0f}" for share in (50, 95, 99))
        return (
            f"{len(self.ms)} frames: {shares}, worst {self.ms[-1]:.0f} ms; {len(self.long_ms)} long tasks, "
            f"worst {self.longest_task_ms:.0f} ms; {100 * self.blank:.1f} % of scrolls blank; "
            f"CPU {self.cpu_ms:.0f} ms, {self.cpu_ms / len(self.ms):.1f} a frame"
        )


class Tab:
    """A page of somebody who is signed in, with a recorder of frames."""

    def __init__(self, page: Page, cdp: CDPSession) -> None:
        self.page = page
        self.cdp = cdp
        cdp.send("Performance.enable", {"timeDomain": "threadTicks"})

    @contextlib.contextmanager
    def recording(self, what: str = "nothing") -> Iterator[list[Frames]]:
        """Yield a list that has the frames when the block has ended; `what` is looked for at scrolls."""
        found: list[Frames] = []
        before = self._cpu_ms()
        self.page.evaluate("what => recorder.start(what)", what)
        yield found
        seen: dict[str, Any] = self.page.evaluate("recorder.stop()")
        blank = seen["blank"] / max(1, seen["looks"])
        cpu_ms = self._cpu_ms() - before
        found.append(Frames(sorted(seen["frames"]), sorted(seen["long"]), blank, cpu_ms))

    def wheel(self, pixels: float, speed: float) -> None:
        """Scroll down by so many pixels (up when negative) at so many a second, by wheel."""
        self.cdp.send(
            "Input.synthesizeScrollGesture",
            MIDDLE
            | {"yDistance": -pixels, "speed": int(speed), "gestureSourceType": "mouse", "preventFling": True},
        )

    def _cpu_ms(self) -> float:
        metrics = self.cdp.send("Performance.getMetrics")["metrics"]
        return 1000 * float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))

    def heap_mb(self) -> float:
        """Return what the page's script keeps, garbage taken away, in MB."""
        self.cdp.send("HeapProfiler.collectGarbage")
        used: float = self.cdp.send("Runtime.getHeapUsage")["usedSize"]
        return used / 1e6


@contextlib.contextmanager
def open_tab(browser: Browser, cookies: StorageState | None = None) -> Iterator[Tab]:
    """Open a tab that shows nothing yet."""
    context = browser.new_context(storage_state=cookies, viewport=SIZE)  # type: ignore[arg-type]
    try:
        page = context.new_page()
        page.add_init_script(RECORDER)
        yield Tab(page, context.new_cdp_session(page))
    finally:
        context.close()


def measure_plain(browser: Browser, pixels: float, speed: float) -> Frames:
    """Scroll a long page without any script: what this browser on this machine does at its best."""
    with open_tab(browser) as tab:
        line = '<div style="font:12px monospace;line-height:25px">10.0.0.7 - - "GET / HTTP/1.1" 200</div>'
        tab.page.set_content(line * int((pixels + 2000) / 25))
        tab.page.evaluate(RECORDER)
        with tab.recording() as frames:
            tab.wheel(pixels, speed)
    return frames[0]
