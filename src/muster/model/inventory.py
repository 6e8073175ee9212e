"""Inventory: what a machine is made of (source 2), in our own terms."""

import re
from typing import Annotated

import msgspec

from muster.errors import InvalidInput
from muster.model.link import NO_NUL

MAX_INVENTORY_BYTES = 1024 * 1024

Text = Annotated[str, msgspec.Meta(max_length=4096, pattern=NO_NUL)]
Bytes = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]

_ESCAPED_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class Interface(msgspec.Struct, frozen=True, kw_only=True):
    """A network interface. `addresses`: IPv4 first, then IPv6, without prefix lengths or zones.

    `masks` has the mask of each address, in its place, empty where there is none; older agents send none.
    """

    name: Text
    is_up: bool
    mtu: Count
    addresses: list[Text] = []
    mac: Text = ""
    masks: list[Text] = []


class Disk(msgspec.Struct, frozen=True, kw_only=True):
    """A mounted physical partition; sizes in bytes."""

    device: Text
    mountpoint: Text
    file_system: Text
    total_bytes: Bytes
    used_bytes: Bytes


class Battery(msgspec.Struct, frozen=True, kw_only=True):
    """A laptop's battery. `is_plugged` None: the system does not say."""

    percent: Percent
    is_plugged: bool | None = None


class Inventory(msgspec.Struct, frozen=True, kw_only=True):
    """One machine at `ts_us` (Unix microseconds). Absent parts are None: they could not be read.

    `outside_address` empty: nobody outside was asked, the server knows where the agent calls
    from. `environment` holds allowed variables only, secrets as `***`. `load` is the mean number of
    runnable tasks over 1, 5 and 15 minutes. `cpu_mhz` is the highest clock, 0.0 when unknown.
    `kernel` and `platform` are names (`Linux`, `debian`), `cpu_cache_bytes` what a processor's cores
    share. Older agents leave out what follows `battery`.
    """

    ts_us: Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799_999_999)]
    hostname: Annotated[str, msgspec.Meta(min_length=1, max_length=253, pattern=NO_NUL)]
    system: Text
    user: Text
    boot_time_s: Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799)]
    utc_offset_s: Annotated[int, msgspec.Meta(ge=-86_400, le=86_400)] = 0
    outside_address: Text = ""
    environment: dict[Text, Text] = {}
    interfaces: list[Interface] | None = None
    disks: list[Disk] | None = None
    memory_total_bytes: Bytes | None = None
    memory_used_bytes: Bytes | None = None
    memory_percent: Percent | None = None
    cpu_cores: Count | None = None
    cpu_threads: Count | None = None
    cpu_mhz: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    load: tuple[float, float, float] | None = None
    battery: Battery | None = None
    kernel: Text = ""
    kernel_version: Text = ""
    platform: Text = ""
    platform_version: Text = ""
    cpu_model: Text = ""
    cpu_cache_bytes: Bytes | None = None
    cpu_sockets: Count | None = None


_decoder = msgspec.json.Decoder(Inventory)


def parse_inventory(body: bytes | str) -> Inventory:
    """Return the inventory that a JSON document holds. Raises InvalidInput that names the field."""
    if len(body) > MAX_INVENTORY_BYTES:
        raise InvalidInput(f"an inventory has at most {MAX_INVENTORY_BYTES} bytes, this one has {len(body)}")
    try:
        inventory = _decoder.decode(body)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        raise InvalidInput(message, field=path.rstrip("`").lstrip(".") or None) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(f"not a JSON document: {error}") from None
    if _ESCAPED_NUL.search(msgspec.json.encode(inventory)):
        raise InvalidInput("text must not contain U+0000")
    return inventory
