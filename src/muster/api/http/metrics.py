"""The server's own Prometheus metrics, on a registry of its own."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
HELD_S = 1.0
"""An answer that took so long was waited for on purpose, as that of a check-in is."""

MAX_APPLICATIONS = 99
OTHER = "other"


class Metrics:
    """Counters and histograms; implements `muster.store.commit.Observer`."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        GCCollector(registry=registry)
        self.requests = Counter(
            "muster_http_requests", "Requests answered.", ("route", "method", "status"), registry=registry
        )
        self.request_seconds = Histogram(
            "muster_http_request_seconds", "Time to answer.", ("route",), buckets=SECONDS, registry=registry
        )
        self.group_items = Histogram(
            "muster_commit_group_items", "Items of a group.", ("writer",), buckets=SIZES, registry=registry
        )
        self.group_seconds = Histogram(
            "muster_commit_seconds", "Time to write a group.", ("writer",), buckets=SECONDS, registry=registry
        )
        self.group_bytes = Counter(
            "muster_commit_bytes", "Bytes written in groups.", ("writer",), registry=registry
        )
        self.queue_bytes = Gauge(
            "muster_commit_queue_bytes", "Bytes that are not durable yet.", ("writer",), registry=registry
        )
        self.agents = Gauge("muster_agents", "Agents by state.", ("state",), registry=registry)
        self.spool_rows = Gauge(
            "muster_agent_rows",
            "What agents last said of their spools, in rows, over all agents.",
            ("stream", "stage"),
            registry=registry,
        )
        self._events_inserted = Counter(
            "events_inserted", "Audit events stored.", ("application",), registry=registry
        )
        self._applications: set[str] = set()
        self.spent_s = 0.0
        """Seconds from request to answer, all together, of those neither bulk nor held on purpose."""

        self._request_children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def request_answered(
        self, route: str, method: str, status: int, seconds: float, *, is_bulk: bool = False
    ) -> None:
        """Count a request; the route is a template, one of a few."""
        at = route, method, status
        found = self._request_children.get(at)
        if found is None:
            found = self.requests.labels(*at), self.request_seconds.labels(route)
            self._request_children[at] = found
        if not is_bulk and seconds < HELD_S:
            self.spent_s += seconds
        found[0].inc()
        found[1].observe(seconds)

    def events_inserted(self, application: str, count: int) -> None:
        """Count stored audit events; applications beyond the first 99 share the label `other`."""
        if application not in self._applications:
            if len(self._applications) >= MAX_APPLICATIONS:
                application = OTHER
            else:
                self._applications.add(application)
        self._events_inserted.labels(application).inc(count)

    def group_written(self, name: str, items: int, size_bytes: int, seconds: float) -> None:
        """See `Observer`."""
        self.group_items.labels(name).observe(items)
        self.group_seconds.labels(name).observe(seconds)
        self.group_bytes.labels(name).inc(size_bytes)
