"""Schemathesis: whatever the document allows, and what it does not, is never a 5xx."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from muster.model.batch import ARROW_STREAM, MSGPACK
from tests.api.conftest import TestAgent
from tests.processes import Site

FUZZ = settings(
    max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


TAGS = (
    "Agent link",
    "Audit events",
    "Audit proofs",
    "Console",
    "Event counter",
    "Fleet",
    "Host reports",
    "Logs",
    "Metrics",
    "Operations",
    "Server inventory",
)

ENDLESS = ("/console/v1/logs/tail",)
"""Answers that go on until the client leaves."""


@schemathesis.serializer(MSGPACK, ARROW_STREAM)  # type: ignore[untyped-decorator]
def as_bytes(ctx: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


@pytest.fixture(scope="module")
def document(admin: httpx.Client) -> Any:
    return schemathesis.openapi.from_dict(admin.get("/openapi.json").json())


def tag_of(operation: Any) -> str:
    return str(operation.definition.raw.get("tags", [""])[0])


def test_every_part_of_the_document_is_tried(document: Any) -> None:
    assert {tag_of(found.ok()) for found in document.get_all_operations()} == set(TAGS)


def test_bodies_that_steer_the_fleet_are_described_field_by_field(document: Any) -> None:
    for path, item in document.raw_schema["paths"].items():
        if not path.startswith("/v1/api/"):
            continue
        for operation in item.values():
            body = operation.get("requestBody")
            schema = body["content"]["application/json"]["schema"] if body else {"properties": True}
            assert schema.get("properties") or schema["items"].get("type"), path


@pytest.mark.parametrize("tag", TAGS)
def test_no_request_makes_the_server_fail(
    site: Site, admin: httpx.Client, agent: TestAgent, document: Any, tag: str
) -> None:
    for found in document.get_all_operations():
        operation = found.ok()
        if tag_of(operation) != tag or operation.path in ENDLESS:
            continue
        http = agent.http if operation.path in ("/agent/v1/checkin", "/agent/v1/batches") else admin
        headers = {"Authorization": http.headers["authorization"]}
        FUZZ(given(case=operation.as_strategy())(never_fails(site.url, headers)))()
    assert admin.get("/health").status_code == 200


def never_fails(url: str, headers: dict[str, str]) -> Callable[..., None]:
    def run(case: schemathesis.Case) -> None:
        answer = case.call(base_url=url, headers=headers, timeout=20)
        assert answer.status_code < 500, answer.text

    return run
