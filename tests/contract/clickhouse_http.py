"""A small ClickHouse HTTP server on chDB, so that the server path is tested where no server is.

Run as `python clickhouse_http.py DIRECTORY`; prints its port. One query at a time. Only what
clickhouse-connect needs: queries with parameters, and inserts whose body is the data.
"""

import gzip
import json
import sys
import tempfile
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import chdb
import lz4.frame
import zstandard

LOCK = threading.Lock()
SETTINGS = ("max_threads", "max_execution_time", "max_memory_usage", "max_rows_to_read")
INPUT = "input('line String')"


def decoded(body: bytes, encoding: str) -> bytes:
    match encoding:
        case "gzip":
            return gzip.decompress(body)
        case "deflate":
            return zlib.decompress(body)
        case "zstd":
            return zstandard.ZstdDecompressor().decompress(body)
        case "lz4":
            return bytes(lz4.frame.decompress(body))
    return body


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    connection: Any

    def do_GET(self) -> None:
        self.answer(b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.headers.get("transfer-encoding") == "chunked":
            body = self.read_chunks()
        self.answer(decoded(body, self.headers.get("content-encoding", "")))

    def read_chunks(self) -> bytes:
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def answer(self, body: bytes) -> None:
        arguments = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        status, content = 200, b"Ok.\n"
        try:
            if arguments or body:
                content = run(arguments, body)
        except Exception as error:  # noqa: BLE001 the boundary of a request
            status, content = 500, str(error).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("X-ClickHouse-Summary", json.dumps({}))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


def run(arguments: dict[str, str], body: bytes) -> bytes:
    query = arguments.get("query", "").encode()
    sql, data = (query, body) if query else (body, b"")
    if sql.lstrip().upper().startswith(b"INSERT") and not data:
        sql, _, data = body.partition(b"\n")
    parameters = {
        key.removeprefix("param_"): value for key, value in arguments.items() if key.startswith("param_")
    }
    with LOCK:
        if data:
            return insert(sql.decode(), data, parameters)
        text, form = sql.decode(), arguments.get("default_format", "TabSeparated")
        head, found, tail = text.rpartition("FORMAT ")
        if found and tail.strip().isidentifier():
            text, form = head, tail.strip()
        given = ", ".join(f"{name} = {arguments[name]}" for name in SETTINGS if name in arguments)
        if given and text.startswith("SELECT"):
            text += f" SETTINGS {given}"
        return bytes(CONNECTION.query(text, form, params=parameters).bytes())


def insert(sql: str, data: bytes, parameters: dict[str, str]) -> bytes:
    head, _, form = sql.rpartition("FORMAT ")
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        if INPUT in head:
            source = f"file('{file.name}', '{form.strip()}', 'line String')"
            CONNECTION.query(head.replace(INPUT, source), "TabSeparated", params=parameters)
        else:
            CONNECTION.query(f"{head} SELECT * FROM file('{file.name}', '{form.strip()}')", "TabSeparated")
    return b""


if __name__ == "__main__":
    CONNECTION = chdb.connect(str(Path(sys.argv[1]).resolve()))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
