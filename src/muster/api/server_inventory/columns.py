"""The nine free columns of additional information: read, merged, masked, made ready to store."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from muster.api.server_inventory.fields import Field, parse_json
from muster.api.server_inventory.rendering import render_inventory, steady_columns
from muster.core.inventory import Description, Foreign
from muster.model.inventory import Inventory

MASK = "***"
NULLABLE = frozenset({"battery_charge_percentage", "AC_power"})
NAMES = (
    "host_information",
    "environment",
    "network",
    "disk",
    "memory",
    "cpu",
    "load_average",
    "battery_charge_percentage",
    "AC_power",
)

_SECRET = re.compile(
    r"passw|passphrase|secret|token|credential|auth|cookie|dsn|private|(api|access|_)key", re.I
)


def _column(name: str) -> Field:
    return Field(lambda value, is_form: parse_json(value, is_form, is_nullable=name in NULLABLE))


COLUMNS: Mapping[str, Field] = {name: _column(name) for name in NAMES}
"""The fields of a record that can be written: any JSON value each."""


def columns_of(description: Description) -> dict[str, Any]:
    """Return a description as the nine columns."""
    if isinstance(description, Inventory):
        return render_inventory(description)
    columns: dict[str, Any] = msgspec.json.decode(description.body)
    return columns


def to_foreign(columns: Mapping[str, Any]) -> Foreign:
    """Return columns as they are stored: absent ones as `{}`, secrets of the environment masked."""
    whole = {name: columns.get(name, {}) for name in NAMES}
    if isinstance(whole["environment"], dict):
        whole["environment"] = masked(whole["environment"])
    host = whole["host_information"]
    hostname = host.get("hostname") if isinstance(host, dict) else None
    steady = msgspec.json.encode(steady_columns(whole), order="sorted")
    return Foreign(
        body=msgspec.json.encode(whole).decode(),
        hostname=hostname if isinstance(hostname, str) else "",
        steady_sha256=hashlib.sha256(steady).hexdigest(),
    )


def masked(environment: Mapping[str, Any]) -> dict[str, Any]:
    """Return an environment with the values of secret names replaced."""
    return {name: MASK if _SECRET.search(name) else value for name, value in environment.items()}
