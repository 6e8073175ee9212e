"""What the console's requests that change something have in common."""

from typing import Annotated

from litestar.openapi.spec import OpenAPIType, Schema
from litestar.params import QueryParameter

DryRun = Annotated[bool, QueryParameter(description="Change nothing, and answer what it would do.")]

JSON_OBJECT = {"application/json": Schema(type=OpenAPIType.OBJECT)}
"""What `raw_body` describes: a JSON object; what is wrong with one is answered by its field."""
