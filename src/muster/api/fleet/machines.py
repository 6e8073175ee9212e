"""An agent's machine in the words of this surface."""

import ipaddress
from collections.abc import Iterable

import msgspec

from muster.api.fleet.control import FleetControl
from muster.errors import NotFound
from muster.model.agent import Agent
from muster.model.ids import AgentId
from muster.model.inventory import Disk, Interface, Inventory

KIB = 1024


class Cpu(msgspec.Struct, frozen=True, kw_only=True):
    """Processors; `Cache` in KiB, 0 where something is unknown. `Cores` of all, `count` of sockets."""

    model: str = ""
    mhz: float = msgspec.field(name="Mhz", default=0.0)
    cache: int = msgspec.field(name="Cache", default=0)
    cores: int = msgspec.field(name="Cores", default=0)
    count: int = 0


class Nic(msgspec.Struct, frozen=True):
    """A network interface; `mask` i belongs to `ip` i, empty where it is unknown."""

    name: str
    mtu: int
    mac: str
    ip: list[str]
    mask: list[str]


class Partition(msgspec.Struct, frozen=True):
    """A mounted partition; `size` in bytes."""

    device: str
    fstype: str
    mount: str
    size: int


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent's machine is made of; `boot_time` in Unix seconds, `memory` in bytes."""

    hostname: str
    boot_time: int = 0
    kernel: str = ""
    kernel_version: str = ""
    platform: str = ""
    platform_version: str = ""
    cpu: Cpu = Cpu()
    memory: int = 0
    interface: list[Nic] = []
    disk: list[Partition] = []


class AgentShort(msgspec.Struct, frozen=True):
    """What lists of tags and runners tell of an agent."""

    hostname: str
    ip: str
    state: str
    status: str


def to_machine(agent: Agent, inventory: Inventory | None) -> Machine:
    """Return a machine by its newest inventory; without one, all that is known is its name."""
    if inventory is None:
        return Machine(hostname=agent.hostname)
    return Machine(
        hostname=inventory.hostname,
        boot_time=inventory.boot_time_s,
        kernel=inventory.kernel,
        kernel_version=inventory.kernel_version,
        platform=inventory.platform,
        platform_version=inventory.platform_version,
        cpu=Cpu(
            model=inventory.cpu_model,
            mhz=inventory.cpu_mhz,
            cache=(inventory.cpu_cache_bytes or 0) // KIB,
            cores=inventory.cpu_cores or inventory.cpu_threads or 0,
            count=inventory.cpu_sockets or 0,
        ),
        memory=inventory.memory_total_bytes or 0,
        interface=[_nic(interface) for interface in inventory.interfaces or ()],
        disk=[_partition(disk) for disk in inventory.disks or ()],
    )


def address_of(agent: Agent, inventory: Inventory | None = None) -> str:
    """Return where an agent calls from; the first address of its own when that is this machine."""
    own = [
        address
        for interface in (inventory.interfaces or () if inventory else ())
        for address in interface.addresses
    ]
    return next((found for found in (agent.address, *own) if _is_of_network(found)), agent.address)


def state_of(control: FleetControl, agent: Agent) -> str:
    """Return `register` (never checked in), `online` or `offline`."""
    if not agent.nonce:
        return "register"
    return control.fleet.presence.state_of(agent.id)


OK_US, BAD_US = 30_000_000, 60_000_000


def status_of(agent: Agent, now_us: int) -> str:
    """Return `ok`, `bad` or `lost`: in contact within 30 s, within a minute, longer ago."""
    age_us = now_us - agent.last_seen_us
    if age_us <= OK_US:
        return "ok"
    return "bad" if age_us <= BAD_US else "lost"


def short_agents(control: FleetControl, ids: Iterable[AgentId]) -> dict[AgentId, AgentShort]:
    """Return what lists tell of these agents; those that are gone are left out."""
    now_us = control.steering.now_us()
    found = {}
    for agent_id in sorted(ids):
        try:
            agent = control.fleet.get(agent_id)
        except NotFound:
            continue
        found[agent_id] = AgentShort(
            agent.hostname, address_of(agent), state_of(control, agent), status_of(agent, now_us)
        )
    return found


def _nic(interface: Interface) -> Nic:
    count = len(interface.addresses)
    masks = [*interface.masks, *[""] * count][:count]
    return Nic(interface.name, interface.mtu, interface.mac, interface.addresses, masks)


def _partition(disk: Disk) -> Partition:
    return Partition(disk.device, disk.file_system, disk.mountpoint, disk.total_bytes)


def _is_of_network(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return not (address.is_loopback or address.is_link_local)
