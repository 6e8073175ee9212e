"""Whether the server can be reached, asked by the launcher itself: a broken agent may not know."""

import http.client
import ssl
import urllib.parse

TIMEOUT_S = 2.0


def is_reachable(server: str, ca_file: str = "") -> bool:
    """Tell whether `GET <server>/health` is answered with 200 within 2 s. Never raises."""
    connection: http.client.HTTPConnection
    try:
        url = urllib.parse.urlsplit(server)
        if url.scheme == "https":
            trust = ssl.create_default_context(cafile=ca_file or None)
            connection = http.client.HTTPSConnection(url.netloc, timeout=TIMEOUT_S, context=trust)
        else:
            connection = http.client.HTTPConnection(url.netloc, timeout=TIMEOUT_S)
        try:
            connection.request("GET", f"{url.path.rstrip('/')}/health")
            return connection.getresponse().status == http.client.OK
        finally:
            connection.close()
    except (OSError, ValueError, http.client.HTTPException):
        return False
