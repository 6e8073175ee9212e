"""Whether and how often agents take samples: one setting for the whole fleet."""

from typing import Annotated

import msgspec

from muster.core.fleet.plan import Draft, Key, Kind, Plan, Setting
from muster.errors import InvalidInput

COLLECTION = "metrics"
OWN_INTERVAL = 0.0
"""As often as each agent's own settings say."""

MIN_S, MAX_S = 1, 86_400


class Collection(msgspec.Struct, frozen=True, kw_only=True):
    """`interval_s` None: as often as each agent's own settings say. `repo_name` is kept for its clients."""

    is_open: bool = True
    interval_s: Annotated[float, msgspec.Meta(ge=MIN_S, le=MAX_S)] | None = None
    repo_name: str = "samples"


def collection_of(plan: Plan) -> Collection:
    """Return the setting, its default while nobody has made it."""
    found = plan.setting(COLLECTION)
    return msgspec.json.decode(found.value, type=Collection) if found else Collection()


def interval_of(plan: Plan) -> float | None:
    """Return the seconds between samples as agents are told them; None: no samples."""
    collection = collection_of(plan)
    if not collection.is_open:
        return None
    return OWN_INTERVAL if collection.interval_s is None else collection.interval_s


def set_collection(draft: Draft, collection: Collection) -> None:
    """Write the setting. Raises InvalidInput."""
    interval_s = collection.interval_s
    if interval_s is not None and not MIN_S <= interval_s <= MAX_S:
        raise InvalidInput(f"expected {MIN_S}-{MAX_S} seconds", field="interval")
    value = msgspec.json.encode(collection).decode()
    draft.put(Key(Kind.SETTING, COLLECTION), Setting(value=value))
