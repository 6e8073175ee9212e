"""The reader of sockets: what senders write becomes lines, however it is cut."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from muster.errors import InvalidInput
from muster.pipeline.readers.reader import Haul, Place
from muster.pipeline.readers.socket import Listening, SocketSpec, parse_address
from tests.processes import free_port, wait_for


@pytest.fixture
def opened() -> Iterator[list[Listening]]:
    readers: list[Listening] = []
    yield readers
    for each in readers:
        each.close()


def listen(opened: list[Listening], address: str, *, max_line_bytes: int = 1000, **options: Any) -> Listening:
    spec = SocketSpec(socket_service_address=address, **options)
    opened.append(spec.open({}, Place(max_line_bytes=max_line_bytes)))
    return opened[-1]


def lines(reader: Listening, count: int) -> list[str]:
    """Return so many lines, and fail when there are more."""
    haul = Haul()

    def enough() -> bool:
        haul.add(reader.read(1_000_000))
        return haul.rows >= count

    wait_for(f"{count} lines", enough)
    found = [line for segment in haul.segments for line in segment.lines]
    assert len(found) == count
    return found


def sent(port: int, *parts: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for part in parts:
            connection.sendall(part)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([b"one\ntwo\r\n"], ["one", "two"]),
        ([b"on", b"e\ntw", b"o"], ["one", "two"]),
        ([b"8 <1>a\nb c9 <2>second\n7 <3>last"], ["<1>a\nb c", "<2>second", "<3>last"]),
        ([b"8 <1>", b"abcde"], ["<1>abcde"]),
        ([b"12 is no count\n"], ["12 is no count"]),
        ([b"x" * 3000, b"x\nshort\n"], ["short"]),
        ([b"\xff\n"], ["�"]),
    ],
)
def test_a_stream_is_cut_into_lines(opened: list[Listening], parts: list[bytes], expected: list[str]) -> None:
    reader = listen(opened, f"tcp://127.0.0.1:{free_port()}")
    sent(reader.bound[1], *parts)
    assert lines(reader, len(expected)) == expected


def test_a_long_line_is_counted(opened: list[Listening]) -> None:
    reader = listen(opened, f"tcp://127.0.0.1:{free_port()}", max_line_bytes=10)
    sent(reader.bound[1], b"x" * 11 + b"\n", b"y" * 5000 + b"\nend\n")
    haul = Haul()

    def whole() -> bool:
        haul.add(reader.read(1000))
        return haul.rows == 1

    wait_for("the end", whole)
    assert haul.too_long == 2


@pytest.mark.parametrize(("rule", "expected"), [("line", ["a", "b"]), ("packet", ["a\nb"])])
def test_datagrams_are_lines_or_rows(opened: list[Listening], rule: Any, expected: list[str]) -> None:
    reader = listen(opened, f"udp://127.0.0.1:{free_port()}", socket_rule=rule)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"a\nb\n", reader.bound)
    assert lines(reader, len(expected)) == expected


@pytest.mark.parametrize("scheme", ["unix", "unixgram"])
def test_a_unix_socket_is_made_anew_and_removed(opened: list[Listening], tmp_path: Path, scheme: str) -> None:
    path = tmp_path / "log.sock"
    kind = socket.SOCK_STREAM if scheme == "unix" else socket.SOCK_DGRAM
    with socket.socket(socket.AF_UNIX, kind) as left_behind:
        left_behind.bind(str(path))
    reader = listen(opened, f"{scheme}://{path}")
    with socket.socket(socket.AF_UNIX, kind) as sender:
        sender.connect(str(path))
        sender.send(b"hello\n")
    assert lines(reader, 1) == ["hello"]
    reader.close()
    assert not path.exists()


def test_a_file_is_not_replaced_by_a_socket(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OSError, match=f"cannot listen at unix://{tmp_path}/file: Address already in use"):
        SocketSpec(socket_service_address=f"unix://{tmp_path}/file").open({}, Place())
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("text", ["", "127.0.0.1:1", "tcp://x", "tcp://x:99999", "unix://rel", "ftp://x:1"])
def test_an_address_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_address(text)
