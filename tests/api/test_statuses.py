"""Every route answers exactly the documented status."""

import httpx
import pytest

from muster.api.console.pages import BUILT
from tests.api.conftest import Client

JSON = {"content-type": "application/json"}
IS_BUILT = (BUILT / "index.html").is_file()
"""Without a built console there are no pages, and `/` leads to the documentation."""

# method, path, body, scope, status
ANSWERS = [
    ("GET", "/", None, None, 200 if IS_BUILT else 302),
    ("GET", "/sign-in", None, None, 200 if IS_BUILT else 404),
    ("GET", "/hosts/x", None, None, 200 if IS_BUILT else 404),
    ("GET", "/muster.svg", None, None, 200 if IS_BUILT else 404),
    ("GET", "/assets/nothing.js", None, None, 404),
    ("GET", "/assets/..%2Findex.html", None, None, 404),
    ("GET", "/doc", None, None, 302),
    ("GET", "/docs", None, None, 200),
    ("GET", "/admin/", None, None, 302),
    ("GET", "/admin", None, None, 302),
    ("GET", "/openapi.json", None, None, 200),
    ("GET", "/docs/assets/swagger-ui.css", None, None, 200),
    ("GET", "/docs/assets/swagger-ui-bundle.js", None, None, 200),
    ("GET", "/docs/assets/../../__init__.py", None, None, 404),
    ("GET", "/health", None, None, 200),
    ("GET", "/ready", None, None, 200),
    ("GET", "/metrics", None, None, 401),
    ("GET", "/metrics", None, "read", 200),
    ("POST", "/reload", None, None, 401),
    ("POST", "/reload", None, "read", 403),
    ("POST", "/reload", None, "admin", 201),
    ("GET", "/reload", None, "admin", 405),
    ("GET", "/version", None, None, 401),
    ("GET", "/version", None, "read", 200),
    ("GET", "/version", None, "write:events", 403),
    ("GET", "/check", None, "read", 200),
    ("GET", "/check?agent=nobody", None, "read", 404),
    ("GET", "/reports", None, None, 401),
    ("GET", "/reports", None, "read", 200),
    ("GET", "/reports?unknown=1", None, "read", 200),
    ("GET", "/reports?limit=40", None, "read", 200),
    ("GET", "/reports?limit=41", None, "read", 400),
    ("GET", "/reports?limit=0", None, "read", 400),
    ("GET", "/reports?limit=x", None, "read", 400),
    ("GET", "/reports?before=nobody", None, "read", 404),
    ("GET", "/reports?before=a/b", None, "read", 422),
    ("GET", "/reports/list", None, "read", 200),
    ("GET", "/reports?agent=nobody", None, "read", 404),
    ("GET", "/reports?agent=", None, "read", 400),
    ("GET", "/reports?before=nobody.json", None, "read", 404),
    ("GET", "/reports/list?agent=nobody", None, "read", 404),
    ("GET", "/reports/list?agent=", None, "read", 400),
    ("GET", "/check?agent=", None, "read", 400),
    ("GET", "/reports/last?agent=nobody", None, "read", 404),
    ("GET", "/reports/avg/hours?agent=nobody", None, "read", 404),
    ("GET", "/reports/avg/0", None, "read", 400),
    ("GET", "/reports/avg/-1", None, "read", 400),
    ("GET", "/reports/avg/8761", None, "read", 400),
    ("GET", "/reports/avg/1.5", None, "read", 400),
    ("GET", "/reports/avg/x", None, "read", 400),
    ("GET", f"/reports/avg/{'9' * 40}", None, "read", 400),
    ("GET", "/reports/avg/hours?hours=0", None, "read", 400),
    ("GET", "/reports/avg/hours?hours=x", None, "read", 400),
    ("GET", "/reports/nobody", None, "read", 404),
    ("GET", "/reports/nobody.json", None, "read", 404),
    ("GET", "/reports/..%2F..%2Fetc%2Fpasswd", None, "read", 404),
    ("GET", "/reports/a%00b", None, "read", 404),
    ("GET", "/reports/a/b", None, "read", 404),
    ("DELETE", "/reports", None, "admin", 405),
    ("POST", "/reports", b"[]", None, 401),
    ("POST", "/reports", b"[]", "read", 403),
    ("POST", "/reports", b"[]", "write:reports", 201),
    ("POST", "/reports", b"[]", "admin", 201),
    ("POST", "/reports", b"[", "write:reports", 400),
    ("POST", "/reports", b"{}", "write:reports", 422),
    ("POST", "/reports", b"[{}]", "write:reports", 422),
    ("GET", "/api/servers/", None, None, 401),
    ("GET", "/api/servers/", None, "read", 200),
    ("GET", "/api/servers?limit=0", None, "read", 400),
    ("GET", "/api/servers/status/", None, "read", 200),
    ("POST", "/api/servers/", b"{}", "read", 403),
    ("POST", "/api/servers/", b'{"name": "status"}', "write:inventory", 201),
    ("POST", "/api/servers/add", b'{"name": "status"}', "write:inventory", 201),
    ("POST", "/api/servers/add", b"{", "write:inventory", 400),
    ("GET", "/api/servers/add", None, "read", 405),
    ("GET", "/api/servers/999999999", None, "read", 404),
    ("PUT", "/api/servers/999999999", b"{}", "write:inventory", 404),
    ("PATCH", "/api/servers/999999999", b"{}", "write:inventory", 404),
    ("DELETE", "/api/servers/999999999", None, "write:inventory", 404),
    ("DELETE", "/api/servers/999999999", None, "read", 403),
    ("GET", "/api/servers/999999999/versions", None, "read", 404),
    ("GET", "/api/servers/1/2/3", None, "read", 404),
    ("GET", "/api/additional_information/", None, None, 401),
    ("GET", "/api/additional_information/", None, "read", 200),
    ("POST", "/api/additional_information/", b"{}", "read", 403),
    ("POST", "/api/additional_information/", b"{}", "write:inventory", 201),
    ("POST", "/api/additional_information/add", b"{}", "write:inventory", 201),
    ("PUT", "/api/additional_information/", b"{}", "admin", 405),
    ("GET", "/api/additional_information/999999999", None, "read", 404),
    ("PUT", "/api/additional_information/999999999", b"{}", "write:inventory", 404),
    ("PATCH", "/api/additional_information/999999999", b"{}", "write:inventory", 404),
    ("DELETE", "/api/additional_information/999999999", None, "write:inventory", 404),
    ("GET", "/api/additional_information/999999999/versions", None, "read", 404),
    ("GET", "/api/additional_information/999999999/compare", None, "read", 400),
    ("GET", "/api/additional_information/999999999/compare?from=2026-01-01&to=2026-01-02", None, "read", 404),
    ("POST", "/api/event", b"[]", None, 401),
    ("POST", "/api/event", b"[]", "read", 403),
    ("POST", "/api/event", b"[]", "write:audit", 201),
    ("POST", "/api/event", b"[]", "admin", 201),
    ("POST", "/api/event", b"[", "write:audit", 422),
    ("POST", "/api/event", b"{}", "write:audit", 422),
    ("POST", "/api/event", b"[{}]", "write:audit", 422),
    ("PUT", "/api/event", b"[]", "admin", 405),
    ("DELETE", "/api/event", None, "admin", 405),
    ("GET", "/api/event", None, None, 401),
    ("GET", "/api/event", None, "write:audit", 403),
    ("GET", "/api/event", None, "read", 200),
    ("GET", "/api/event?unknown=1", None, "read", 200),
    ("GET", "/api/event?page_size=0", None, "read", 422),
    ("GET", "/api/event?application_name=muster", None, "read", 403),
    ("GET", "/api/event?application_name=muster", None, "admin", 200),
    ("GET", "/audit/checkpoint", None, None, 401),
    ("GET", "/audit/checkpoint", None, "write:audit", 403),
    ("GET", "/audit/checkpoint", None, "read", 200),
    ("GET", "/audit/key", None, None, 401),
    ("GET", "/audit/key", None, "read", 200),
    ("GET", "/audit/tile/0/000", None, None, 401),
    ("GET", "/audit/tile/0/x999/999", None, "read", 404),
    ("GET", "/audit/tile/8/000", None, "read", 404),
    ("GET", "/audit/tile/0/0", None, "read", 404),
    ("GET", "/audit/proof/inclusion", None, "read", 400),
    ("GET", "/audit/proof/inclusion?event=0", None, "read", 400),
    ("GET", "/audit/proof/inclusion?event=999999999", None, "read", 404),
    ("GET", "/audit/proof/consistency", None, "read", 400),
    ("GET", "/audit/proof/consistency?from=0&to=0", None, "read", 200),
    ("GET", "/audit/proof/consistency?from=1&to=0", None, "read", 422),
    ("GET", "/audit/proof/consistency?from=1&to=999999999", None, "read", 404),
    ("GET", "/audit/export", None, "read", 400),
    ("GET", "/audit/export?size=999999999", None, "read", 404),
    ("GET", "/audit/export?size=1&page_size=0", None, "read", 422),
    ("POST", "/agent/v1/enroll", b"{}", None, 401),
    ("POST", "/agent/v1/enroll", b"{}", "admin", 403),
    ("POST", "/agent/v1/enroll", b"{}", "agent", 422),
    ("POST", "/agent/v1/checkin", b"{}", None, 401),
    ("POST", "/agent/v1/checkin", b"{}", "admin", 401),
    ("POST", "/agent/v1/batches", b"", None, 400),
    ("GET", "/v1/api/agents/nobody/ledger", None, None, 401),
    ("GET", "/v1/api/agents/nobody/ledger", None, "read", 404),
    ("GET", "/v1/api/release", None, None, 401),
    ("GET", "/v1/api/release", None, "read", 200),
    ("POST", "/v1/api/agents/upgrade", b'{"agent_ids": ["nobody"]}', "read", 403),
    ("POST", "/v1/api/agents/upgrade", b'{"agent_ids": ["nobody"]}', "write:fleet", 404),
    ("POST", "/v1/api/agents/upgrade", b"{}", "admin", 400),
    ("GET", "/agent/v1/releases/nothing", None, None, 401),
    ("GET", "/v1/api/agents", None, None, 401),
    ("GET", "/v1/api/agents", None, "write:events", 403),
    ("GET", "/v1/api/agents", None, "read", 200),
    ("GET", "/v1/api/agents?state=nowhere", None, "read", 400),
    ("GET", "/v1/api/agents?sort=nothing", None, "read", 400),
    ("GET", "/v1/api/agents?page=0", None, "read", 400),
    ("DELETE", "/v1/api/agents", None, "read", 403),
    ("DELETE", "/v1/api/agents", None, "admin", 400),
    ("DELETE", "/v1/api/agents?id=nobody", None, "write:fleet", 200),
    ("DELETE", "/v1/api/agents/batch?id=nobody", None, "admin", 404),
    ("DELETE", "/v1/api/agents/batch", None, "admin", 400),
    ("POST", "/v1/api/agents/nobody/tags", b'{"tags": ["a"]}', "admin", 404),
    ("POST", "/v1/api/agents/nobody/tags/a", None, "admin", 404),
    ("DELETE", "/v1/api/agents/nobody/tags/a", None, "admin", 404),
    ("GET", "/v1/api/agents/nobody/commands", None, "read", 404),
    ("GET", "/v1/api/release", None, None, 401),
    ("GET", "/v1/api/release", None, "read", 200),
    ("POST", "/v1/api/agents/upgrade", b'{"agent_ids": ["nobody"]}', "read", 403),
    ("POST", "/v1/api/agents/upgrade", b'{"agent_ids": []}', "write:fleet", 400),
    ("POST", "/v1/api/agents/upgrade", b'{"agent_ids": ["nobody"]}', "write:fleet", 404),
    ("GET", "/agent/v1/releases/nothing", None, None, 401),
    ("GET", "/agent/v1/releases/nothing", None, "admin", 401),
    ("GET", "/v1/api/configs", None, "read", 200),
    ("POST", "/v1/api/configs/statuses", b'{"config": {"metric": [{"type": "mem"}]}}', "read", 403),
    ("POST", "/v1/api/configs/statuses", b'{"config": {"metric": [{"type": "mem"}]}}', "write:fleet", 200),
    ("POST", "/v1/api/configs/statuses", b'{"config": {"metric": [{"type": "mem"}]}}', "admin", 409),
    ("POST", "/v1/api/configs/other", b'{"config": {}}', "admin", 400),
    ("POST", "/v1/api/configs/other", b"", "admin", 400),
    ("PUT", "/v1/api/configs/statuses/config", b'{"note": "n"}', "write:fleet", 200),
    ("PUT", "/v1/api/configs/nobody/config", b'{"note": "n"}', "admin", 404),
    ("POST", "/v1/api/configs/statuses/tags", b'{"tags": ["statuses"]}', "write:fleet", 200),
    ("POST", "/v1/api/configs/statuses/agents", b'{"agent_ids": ["nobody"]}', "write:fleet", 404),
    ("POST", "/v1/api/configs/delete", b'["nobody"]', "admin", 404),
    ("GET", "/v1/api/configs/delete", None, "admin", 405),
    ("DELETE", "/v1/api/configs/nobody", None, "admin", 404),
    ("DELETE", "/v1/api/configs/statuses", None, "write:fleet", 200),
    ("GET", "/v1/api/tags", None, "read", 200),
    ("POST", "/v1/api/tags/statuses", b"{}", "admin", 409),
    ("POST", "/v1/api/tags/batch", b"{}", "admin", 405),
    ("PUT", "/v1/api/tags/statuses/note", b'{"note": "n"}', "write:fleet", 200),
    ("PUT", "/v1/api/tags/statuses/note", b"{}", "write:fleet", 400),
    ("POST", "/v1/api/tags/statuses/agentids", b'{"agent_ids": ["nobody"]}', "admin", 404),
    ("DELETE", "/v1/api/tags/statuses/agentids/batch?agentids=nobody", None, "admin", 404),
    ("DELETE", "/v1/api/tags/statuses/configs/nobody", None, "admin", 404),
    ("DELETE", "/v1/api/tags/statuses", None, "write:fleet", 200),
    ("DELETE", "/v1/api/tags/batch?tag=nobody", None, "admin", 404),
    ("GET", "/v1/api/runners", None, "read", 200),
    ("POST", "/v1/api/runners/start", b'[{"config_name": "a", "agent_id": "b"}]', "read", 403),
    ("POST", "/v1/api/runners/start", b'[{"config_name": "a", "agent_id": "b"}]', "admin", 404),
    ("POST", "/v1/api/runners/stop", b"[]", "admin", 400),
    ("POST", "/v1/api/runners/reset", b"{}", "admin", 400),
    ("POST", "/v1/api/runners/delete", b"", "admin", 400),
    ("GET", "/v1/api/metrics/machine", None, None, 401),
    ("GET", "/v1/api/metrics/machine", None, "read", 200),
    ("POST", "/v1/api/metrics/machine", b'{"opened": true}', "read", 403),
    ("POST", "/v1/api/metrics/machine", b'{"opened": true}', "write:fleet", 200),
    ("POST", "/v1/api/metrics/machine", b'{"opened": true, "interval": "x"}', "admin", 400),
    ("GET", "/v1/api/metrics/nobody", None, "read", 404),
    ("GET", "/v1/api/metrics/nobody?beginTime=x", None, "read", 400),
    ("GET", "/v1/api/revisions", None, "read", 200),
    ("GET", "/v1/api/revisions?limit=0", None, "read", 400),
    ("GET", "/v1/api/revisions/999999999", None, "read", 404),
    ("POST", "/v1/api/revisions/999999999/restore", None, "read", 403),
    ("POST", "/v1/api/revisions/999999999/restore", None, "write:fleet", 404),
    ("POST", "/v1/api/grok/check", b"{}", None, 401),
    ("POST", "/v1/api/grok/check", b"{}", "write:events", 403),
    ("POST", "/v1/api/grok/check", b"{}", "read", 400),
    ("POST", "/v1/api/grok/check", b'{"log": "x", "pattern": "eA=="}', "read", 200),
    ("GET", "/v1/api/grok/check", None, "read", 405),
    ("GET", "/console/v1/logs", None, None, 401),
    ("GET", "/console/v1/logs", None, "write:logs", 403),
    ("GET", "/console/v1/logs", None, "read", 200),
    ("GET", "/console/v1/logs?query=a%20OR", None, "read", 422),
    ("GET", "/console/v1/logs?agent=nobody", None, "read", 404),
    ("GET", "/console/v1/logs?limit=0", None, "read", 400),
    ("GET", "/console/v1/logs?before=x", None, "read", 422),
    ("GET", "/console/v1/logs/histogram", None, None, 401),
    ("GET", "/console/v1/logs/histogram", None, "read", 200),
    ("GET", "/console/v1/logs/histogram?from=now&to=-1h", None, "read", 422),
    ("GET", "/console/v1/logs/values", None, "read", 400),
    ("GET", "/console/v1/logs/values?field=status", None, None, 401),
    ("GET", "/console/v1/logs/values?field=status", None, "read", 200),
    ("GET", "/console/v1/logs?after=x", None, "read", 422),
    ("GET", "/console/v1/logs/fields", None, None, 401),
    ("GET", "/console/v1/logs/fields", None, "read", 200),
    ("GET", "/console/v1/logs/fields?query=(", None, "read", 422),
    ("GET", "/console/v1/logs/export", None, None, 401),
    ("GET", "/console/v1/logs/export", None, "read", 200),
    ("GET", "/console/v1/logs/export?format=csv", None, "read", 200),
    ("GET", "/console/v1/logs/export?format=xls", None, "read", 400),
    ("GET", "/console/v1/logs/export?limit=1000001", None, "read", 400),
    ("GET", "/console/v1/logs/export?agent=nobody", None, "read", 404),
    ("GET", "/console/v1/logs/export?before=x", None, "read", 422),
    ("GET", "/console/v1/logs/context?id=1-1-1", None, None, 401),
    ("GET", "/console/v1/logs/context?id=1-1-1", None, "read", 404),
    ("GET", "/console/v1/logs/context?id=x", None, "read", 422),
    ("GET", "/console/v1/logs/tail", None, None, 401),
    ("GET", "/console/v1/logs/tail?query=(", None, "read", 422),
    ("POST", "/console/v1/tryout", b'{"config": {}}', None, 401),
    ("POST", "/console/v1/tryout", b'{"config": {}}', "read", 403),
    ("POST", "/console/v1/tryout", b'{"config": {}}', "write:fleet", 200),
    ("POST", "/console/v1/tryout", b'{"config": {"metric": []}}', "write:fleet", 422),
    ("POST", "/console/v1/tryout", b'{"config": {}, "agent_id": "nobody"}', "write:fleet", 403),
    ("POST", "/console/v1/tryout", b'{"config": {}, "max_lines": 0}', "admin", 422),
    ("POST", "/console/v1/tryout", b'{"config": {"note": 99999999999999999999}}', "admin", 422),
    ("GET", "/console/v1/tryout", None, "admin", 405),
    ("POST", "/console/v1/backtest", b'{"config": {}, "runner": "x"}', None, 401),
    ("POST", "/console/v1/backtest", b'{"config": {}, "runner": "x"}', "read", 403),
    ("POST", "/console/v1/backtest", b'{"config": {}, "runner": "x"}', "write:fleet", 403),
    ("POST", "/console/v1/backtest", b'{"config": {}, "runner": "x"}', "admin", 200),
    ("POST", "/console/v1/backtest", b'{"config": {}}', "admin", 422),
    ("POST", "/console/v1/backtest", b'{"config": {}, "runner": "x", "tags": ["nothing"]}', "admin", 200),
    ("POST", "/console/v1/logs", b'{"message":"x"}', None, 401),
    ("POST", "/console/v1/logs", b'{"message":"x"}', "read", 403),
    ("POST", "/console/v1/logs", b'{"message":"x"}', "write:logs", 201),
    ("POST", "/console/v1/logs", b'{"message":', "write:logs", 422),
    ("GET", "/console/v1/agents", None, None, 401),
    ("GET", "/console/v1/agents", None, "read", 200),
    ("POST", "/console/v1/agents/nobody/shut-out", None, "write:fleet", 403),
    ("POST", "/console/v1/agents/nobody/shut-out", None, "admin", 404),
    ("POST", "/console/v1/agents/nobody/let-in", None, "write:fleet", 403),
    ("POST", "/console/v1/agents/nobody/let-in", None, "admin", 404),
    ("GET", "/console/v1/shut-out", None, None, 401),
    ("GET", "/console/v1/shut-out", None, "read", 200),
    ("POST", "/console/v1/agents/delete", b'{"agent_ids": ["x"]}', None, 401),
    ("POST", "/console/v1/agents/delete", b'{"agent_ids": ["x"]}', "read", 403),
    ("POST", "/console/v1/agents/delete", b'{"agent_ids": ["x"]}', "write:fleet", 404),
    ("POST", "/console/v1/agents/delete", b'{"agent_ids": []}', "write:fleet", 422),
    ("POST", "/console/v1/agents/untag", b'{"tag": "x", "agent_ids": ["x"]}', None, 401),
    ("POST", "/console/v1/agents/untag", b'{"tag": "x", "agent_ids": ["x"]}', "read", 403),
    ("POST", "/console/v1/agents/untag", b'{"tag": "x", "agent_ids": ["x"]}', "write:fleet", 404),
    ("POST", "/console/v1/agents/untag", b'{"tag": "x"}', "write:fleet", 422),
    ("GET", "/console/v1/runners", None, None, 401),
    ("GET", "/console/v1/runners", None, "read", 200),
    ("GET", "/console/v1/configs/parts", None, None, 401),
    ("GET", "/console/v1/configs/parts", None, "read", 200),
    ("POST", "/console/v1/configs/check", b'{"config": {}}', None, 401),
    ("POST", "/console/v1/configs/check", b'{"config": {}}', "read", 200),
    ("POST", "/console/v1/configs/check", b"{", "read", 422),
    ("GET", "/console/v1/configs/nobody/revisions", None, None, 401),
    ("GET", "/console/v1/configs/nobody/revisions", None, "read", 200),
    ("GET", "/console/v1/configs/nobody/revisions?limit=0", None, "read", 400),
    ("GET", "/api/metrics?metric=load.1m", None, None, 401),
    ("GET", "/api/metrics?metric=load.1m", None, "write:events", 403),
    ("GET", "/api/metrics?metric=load.1m", None, "read", 200),
    ("GET", "/api/metrics?metric=load.1m&unknown=1", None, "read", 200),
    ("GET", "/api/metrics", None, "read", 400),
    ("GET", "/api/metrics?metric=", None, "read", 422),
    ("GET", "/api/metrics?metric=load.1m&agent=nobody", None, "read", 404),
    ("GET", "/api/metrics?metric=load.1m&from=x", None, "read", 422),
    ("GET", "/api/metrics?metric=load.1m&interval_s=0", None, "read", 400),
    ("GET", "/api/metrics?metric=load.1m&interval_s=nan", None, "read", 400),
    ("POST", "/api/metrics", b"{}", "admin", 405),
    ("GET", "/api/metrics/last", None, None, 401),
    ("GET", "/api/metrics/last", None, "read", 200),
    ("GET", "/api/metrics/last?agent=nobody", None, "read", 404),
    ("GET", "/console/v1/session", None, None, 401),
    ("GET", "/console/v1/session", None, "admin", 401),
    ("POST", "/console/v1/session", b"{}", None, 422),
    ("POST", "/console/v1/session", b"[", None, 422),
    ("POST", "/console/v1/session", b'{"name": "nobody", "password": "x"}', None, 401),
    ("POST", "/console/v1/session/link", b"{}", None, 422),
    ("POST", "/console/v1/session/link", b'{"code": "x"}', None, 401),
    ("GET", "/console/v1/session/link", None, None, 405),
    ("DELETE", "/console/v1/session", None, None, 204),
    ("GET", "/console/v1/attention", None, None, 401),
    ("GET", "/console/v1/attention", None, "write:events", 403),
    ("GET", "/console/v1/attention", None, "read", 200),
    ("GET", "/console/v1/fleet/sparklines", None, "read", 400),
    ("GET", "/console/v1/fleet/sparklines?agent=x", None, None, 401),
    ("GET", "/console/v1/fleet/sparklines?agent=x", None, "write:events", 403),
    ("GET", "/console/v1/fleet/sparklines?agent=x", None, "read", 200),
    ("GET", "/console/v1/fleet", None, None, 401),
    ("GET", "/console/v1/fleet", None, "write:events", 403),
    ("GET", "/console/v1/fleet", None, "read", 200),
    ("GET", "/console/v1/hosts/nobody", None, None, 401),
    ("GET", "/console/v1/hosts/nobody", None, "read", 404),
    ("GET", "/console/v1/hosts/nobody/timeline", None, None, 401),
    ("GET", "/console/v1/hosts/nobody/timeline", None, "write:events", 403),
    ("GET", "/console/v1/hosts/nobody/timeline", None, "read", 404),
    ("GET", "/console/v1/hosts/nobody/inventory", None, None, 401),
    ("GET", "/console/v1/hosts/nobody/inventory", None, "read", 404),
    ("GET", "/console/v1/hosts/nobody/inventory/differences?old=1&new=2", None, None, 401),
    ("GET", "/console/v1/hosts/nobody/inventory/differences?old=1&new=2", None, "read", 404),
    ("GET", "/console/v1/hosts/nobody/inventory/differences?old=1", None, "read", 400),
    ("GET", "/console/v1/hosts/nobody/moment", None, None, 401),
    ("GET", "/console/v1/hosts/nobody/moment", None, "read", 404),
    ("GET", "/console/v1/hosts/nobody/moment?at=x", None, "read", 422),
    ("GET", "/console/v1/nothing", None, "admin", 404),
    ("GET", "/console/v1/users", None, "admin", 200),
    ("POST", "/console/v1/users", b"{}", "admin", 422),
    ("POST", "/console/v1/users/link", None, "admin", 201),
    ("PUT", "/console/v1/users/nobody/password", b'{"password": "correct horse"}', "admin", 404),
    ("DELETE", "/console/v1/users/nobody/sessions", None, "admin", 200),
    ("DELETE", "/console/v1/users/nobody", None, "admin", 404),
    ("GET", "/console/v1/tokens", None, "admin", 200),
    ("POST", "/console/v1/tokens", b"{}", "admin", 422),
    ("GET", "/console/v1/tokens/nobody", None, "admin", 404),
    ("DELETE", "/console/v1/tokens/nobody", None, "admin", 404),
    ("DELETE", "/console/v1/tokens/nobody?agents=true", None, "admin", 404),
    ("GET", "/console/v1/storage", None, "admin", 200),
    ("GET", "/console/v1/settings", None, "admin", 200),
    ("PUT", "/console/v1/settings/nothing", b'{"value": 1}', "admin", 404),
    ("GET", "/console/v1/collecting", None, None, 401),
    ("GET", "/console/v1/collecting", None, "read", 200),
    ("PUT", "/console/v1/collecting", b"{}", None, 401),
    ("PUT", "/console/v1/collecting", b"{}", "read", 403),
    ("PUT", "/console/v1/collecting", b"{}", "write:fleet", 422),
    ("PUT", "/console/v1/collecting", b'{"scope": "tag", "target": "nobody"}', "write:fleet", 404),
    ("PUT", "/console/v1/collecting?dry_run=true", b'{"scope": "all"}', "write:fleet", 200),
    ("DELETE", "/console/v1/settings/nothing", None, "admin", 404),
    ("GET", "/console/v1/event-types", None, None, 401),
    ("GET", "/console/v1/event-types", None, "read", 200),
    ("GET", "/console/v1/event-types/series?id=1&from=1&to=2&step=day", None, None, 401),
    ("GET", "/console/v1/event-types/series?id=1&from=1&to=2&step=day", None, "read", 200),
    ("GET", "/console/v1/event-types/series?id=1&from=2&to=1&step=day", None, "read", 422),
    ("GET", "/console/v1/audit/events", None, None, 401),
    ("GET", "/console/v1/audit/events", None, "read", 200),
    ("GET", "/console/v1/audit/events?application_name=muster", None, "read", 403),
    ("GET", "/console/v1/audit/events?q=", None, "read", 422),
    ("GET", "/console/v1/audit/events/999999999", None, None, 401),
    ("GET", "/console/v1/audit/events/999999999", None, "read", 404),
    ("GET", "/console/v1/audit/sources", None, None, 401),
    ("GET", "/console/v1/audit/sources", None, "read", 200),
    ("PATCH", "/console/v1/event-types/999999999", b"{}", "read", 403),
    ("PATCH", "/console/v1/event-types/999999999", b"{}", "admin", 404),
    ("PATCH", "/console/v1/event-types/999999999", b'{"name": "x"}', "admin", 422),
    ("POST", "/api/events", b"[]", None, 401),
    ("POST", "/api/events", b"[]", "read", 403),
    ("POST", "/api/events", b"[]", "write:events", 201),
    ("POST", "/api/events", b"[", "write:events", 400),
    ("POST", "/api/events", b"{}", "write:events", 422),
    ("POST", "/api/events/statuses", None, None, 401),
    ("POST", "/api/events/statuses", None, "read", 403),
    ("POST", "/api/events/statuses", None, "write:events", 201),
    ("POST", "/api/events/statuses", None, "admin", 201),
    ("POST", "/api/events/statuses/7", None, "write:events", 200),
    ("POST", "/api/events/statuses/0", None, "write:events", 404),
    ("POST", "/api/events/unique", None, "write:events", 403),
    ("GET", "/api/events", None, None, 401),
    ("GET", "/api/events", None, "write:events", 403),
    ("GET", "/api/events", None, "read", 422),
    ("GET", "/api/events?start_date=20260101&end_date=20260102", None, "read", 200),
    ("GET", "/api/events/unique", None, None, 401),
    ("GET", "/api/events/unique", None, "read", 200),
    ("GET", "/api/events/histogram/statuses/20260101", None, None, 401),
    ("GET", "/api/events/histogram/statuses/20260101", None, "read", 200),
    ("GET", "/api/events/histogram/nobody/20260101", None, "read", 404),
    ("GET", "/api/events/histogram/statuses/2026", None, "read", 422),
    ("GET", "/api/events/statuses", None, "read", 405),
    ("PUT", "/api/events", None, "admin", 405),
    ("GET", "/nothing", None, "admin", 404),
]


@pytest.mark.parametrize(("method", "path", "body", "scope", "status"), ANSWERS)
def test_status(
    client: Client, method: str, path: str, body: bytes | None, scope: str | None, status: int
) -> None:
    http = client(scope) if scope else client()
    answer = http.request(method, path, content=body, headers=JSON if body is not None else None)
    assert answer.status_code == status, answer.text
    if status >= 400:
        assert_error_shape(path, answer)


def error_keys(path: str) -> set[str]:
    """Host reports say `error`, inventory and audit events `detail`, all else `code` and `message`."""
    if path.startswith(("/reports", "/check", "/version")):
        return {"error"}
    if path.startswith(("/api/servers", "/api/additional_information")):
        return {"detail"}
    if path.partition("?")[0] == "/api/event":
        return {"detail"}
    if path.startswith("/api/events"):
        return {"status", "response", "error"}
    return {"code", "message"}


def assert_error_shape(path: str, answer: httpx.Response) -> None:
    assert set(answer.json()) == error_keys(path)
    reasons = answer.json()["error"] if path.startswith("/api/events") else answer.json()
    if path.partition("?")[0] == "/api/event":
        reasons = {"msg": answer.json()["detail"][0]["msg"]}
    assert all(isinstance(value, str) and value for value in reasons.values())
    if answer.status_code == 401:
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_every_route_of_the_document_is_in_the_table(admin: httpx.Client) -> None:
    """A route without a line above fails here."""
    listed = {(method, path.partition("?")[0]) for method, path, *_ in ANSWERS}
    for path, operations in admin.get("/openapi.json").json()["paths"].items():
        for method in operations:
            matches = [p for m, p in listed if m == method.upper() and fits(path, p)]
            assert matches, f"{method.upper()} {path} has no line in the table"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    sorted({(m, path.partition("?")[0], s) for m, path, *_, s in ANSWERS if s >= 400 and s != 405}),
)
def test_every_error_is_in_the_document(admin: httpx.Client, method: str, path: str, status: int) -> None:
    document = admin.get("/openapi.json").json()
    found = [x for template, x in document["paths"].items() if method.lower() in x and fits(template, path)]
    exact = [x for template, x in document["paths"].items() if template == path and method.lower() in x]
    for operations in exact or found:
        described = operations[method.lower()]["responses"][str(status)]
        ((_, media),) = described["content"].items()
        schema = media["schema"].get("oneOf", [media["schema"]])[0]
        name = schema["$ref"].rpartition("/")[2]
        assert set(document["components"]["schemas"][name]["properties"]) == error_keys(path)


def test_the_frameworks_own_error_is_not_in_the_document(admin: httpx.Client) -> None:
    assert '"status_code"' not in admin.get("/openapi.json").text


def fits(template: str, path: str) -> bool:
    parts, given = template.strip("/").split("/"), path.strip("/").split("/")
    return len(parts) == len(given) and all(
        a.startswith("{") or a == b for a, b in zip(parts, given, strict=True)
    )


def test_docs_load_nothing_from_another_host(admin: httpx.Client) -> None:
    page = admin.get("/docs").text
    assert "swagger-ui-bundle.js" in page
    for attribute in ('src="', 'href="', "url("):
        for piece in page.split(attribute)[1:]:
            assert piece.startswith(("/", "data:", "#")), piece[:80]


def test_old_clients_probe_admin_and_end_at_200(client: Client) -> None:
    assert client().get("/admin/", follow_redirects=True).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example"])
def test_a_foreign_host_header_is_refused(client: Client, host: str) -> None:
    answer = client().get("/health", headers={"Host": host})
    assert answer.status_code == 422
    assert "allowed_hosts" in answer.json()["message"]


def test_a_cross_site_post_is_refused(admin: httpx.Client) -> None:
    assert admin.post("/reload", headers={"Origin": "http://evil.example"}).status_code == 403
    own = {"Origin": str(admin.base_url).rstrip("/")}
    assert admin.post("/reload", headers=own).status_code == 201


def test_answers_carry_a_request_id(client: Client) -> None:
    first, second = client().get("/health"), client().get("/health")
    assert len(first.headers["x-request-id"]) == 16
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
