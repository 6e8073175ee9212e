"""The sender `muster`: the server of the agent."""

from typing import Annotated

from msgspec import Meta

from muster.pipeline.senders.sender import SenderSpec

_NONE = Meta(description="No effect: rows go to the agent's server")


class MusterSpec(SenderSpec, frozen=True, kw_only=True):
    """Sends to the agent's server, exactly once. It is where rows go when no sender is named.

    Options that the original has for its own platform are taken and have no effect.
    """

    TYPES = ("muster", "pandora")

    pandora_ak: Annotated[str, _NONE] = ""
    pandora_sk: Annotated[str, _NONE] = ""
    pandora_host: Annotated[str, _NONE] = ""
    pandora_region: Annotated[str, _NONE] = ""
    pandora_repo_name: Annotated[str, _NONE] = ""
    pandora_workflow_name: Annotated[str, _NONE] = ""
    pandora_schema: Annotated[str, _NONE] = ""
    pandora_schema_free: Annotated[str, _NONE] = ""
    pandora_auto_create: Annotated[str, _NONE] = ""
    pandora_gzip: Annotated[str, _NONE] = ""
    pandora_enable_logdb: Annotated[str, _NONE] = ""
    pandora_logdb_name: Annotated[str, _NONE] = ""
    pandora_logdb_host: Annotated[str, _NONE] = ""
    pandora_uuid: Annotated[str, _NONE] = ""
    pandora_withip: Annotated[str, _NONE] = ""
    pandora_extra_info: Annotated[str, _NONE] = ""
    flow_rate_limit: Annotated[str, _NONE] = ""
    request_rate_limit: Annotated[str, _NONE] = ""
