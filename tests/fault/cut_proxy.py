"""A network between agent and server that can be cut."""

import contextlib
import select
import socket
import threading

BLOCK_BYTES = 65_536
LOOK_S = 0.05


class CutProxy:
    """Passes on what comes to `port` of loopback, unless it is cut: then connections end, old and new."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._is_cut = threading.Event()
        self._is_ending = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def cut(self) -> None:
        self._is_cut.set()

    def mend(self) -> None:
        self._is_cut.clear()

    def close(self) -> None:
        self._is_ending.set()
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def _accept(self) -> None:
        while not self._is_ending.is_set():
            if not select.select([self._listener], [], [], LOOK_S)[0]:
                continue
            client, _ = self._listener.accept()
            if self._is_cut.is_set():
                client.close()
                continue
            thread = threading.Thread(target=self._pass_on, args=(client,), daemon=True)
            self._threads = [each for each in self._threads if each.is_alive()] + [thread]
            thread.start()

    def _pass_on(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client, self._connect() as server:
            ends = {client: server, server: client}
            while not (self._is_cut.is_set() or self._is_ending.is_set()):
                for end in select.select(list(ends), [], [], LOOK_S)[0]:
                    block = end.recv(BLOCK_BYTES)
                    if not block:
                        return
                    ends[end].sendall(block)

    def _connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self._target_port), 5)
