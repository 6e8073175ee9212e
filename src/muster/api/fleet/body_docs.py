"""What the bodies of this surface look like, as the OpenAPI document shows it; `bodies` reads them."""

from litestar.openapi.spec import OpenAPIType, Operation, Schema

from muster.api.fleet.bodies import MAX_ITEMS
from muster.api.http.requests import raw_body
from muster.core.fleet.names import MAX_NAME, MAX_NOTE

_NAME = Schema(type=OpenAPIType.STRING, min_length=1, max_length=MAX_NAME)
_AGENT_ID = Schema(type=OpenAPIType.STRING)
_NOTE = Schema(type=OpenAPIType.STRING, max_length=MAX_NOTE)
_CONFIG = Schema(
    type=OpenAPIType.OBJECT,
    description="What a runner does: a reader, parser and transforms, or metrics.",
)


def _texts(items: Schema, description: str) -> Schema:
    """Return a list of texts; the surface also takes JSON of one in a text."""
    return Schema(type=OpenAPIType.ARRAY, items=items, max_items=MAX_ITEMS, description=description)


def _object(*required: str, **properties: Schema) -> type[Operation]:
    schema = Schema(type=OpenAPIType.OBJECT, properties={**properties}, required=list(required) or None)
    return raw_body({"application/json": schema})


def _list(items: Schema) -> type[Operation]:
    schema = Schema(type=OpenAPIType.ARRAY, items=items, min_items=1, max_items=MAX_ITEMS)
    return raw_body({"application/json": schema})


NEW_CONFIG = _object("config", config=_CONFIG, tags=_texts(_NAME, "Tags that give it to agents."), note=_NOTE)
CHANGED_CONFIG = _object(config=_CONFIG, note=_NOTE)
CONFIG_NAMES = _list(_NAME)
TAG_NAMES = _object("tags", tags=_texts(_NAME, "Names of tags."))
AGENT_IDS = _object("agent_ids", agent_ids=_texts(_AGENT_ID, "Ids of agents."))
NEW_TAG = _object(
    note=_NOTE,
    config_names=_texts(_NAME, "Configurations that it gives to agents."),
    agent_ids=_texts(_AGENT_ID, "Ids of agents that get it."),
)
TAG_NOTE = _object("note", note=_NOTE)
RUNNERS = _list(
    Schema(
        type=OpenAPIType.OBJECT,
        properties={"config_name": _NAME, "agent_id": _AGENT_ID},
        required=["config_name", "agent_id"],
    )
)
UPGRADE = _object(
    agent_ids=_texts(_AGENT_ID, "Ids of agents; there must be some, or tags."),
    tags=_texts(_NAME, "Tags of agents."),
)
MACHINE_SETTING = _object(
    "opened",
    opened=Schema(type=OpenAPIType.BOOLEAN, description="Whether agents take samples."),
    interval=Schema(
        one_of=[Schema(type=OpenAPIType.NUMBER), Schema(type=OpenAPIType.STRING)],
        description="Seconds, also as text; without it, as it was.",
    ),
    repo_name=Schema(type=OpenAPIType.STRING),
)
_BASE64 = Schema(type=OpenAPIType.STRING, content_encoding="base64", description="Base64 of UTF-8 text.")
GROK_CHECK = _object(
    "log",
    "pattern",
    log=Schema(type=OpenAPIType.STRING, description="The line."),
    pattern=_BASE64,
    custom_pattern=_BASE64,
)
