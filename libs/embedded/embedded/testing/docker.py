"""Whether a Docker engine answers: asked on its socket, because its client takes seconds to find out that none does."""

import functools
import http.client
import os
import socket
from urllib.parse import urlsplit

ANSWER_SECONDS = 0.5
_USUAL = "unix:///var/run/docker.sock"


@functools.cache
def answers(host: str = "") -> bool:
    """Of the engine at `host`, else at DOCKER_HOST, else at the usual socket. Says nothing and never raises."""
    address = urlsplit(host or os.environ.get("DOCKER_HOST") or _USUAL)
    try:
        with _connected(address.scheme, address.path, (address.hostname or "", address.port or 2375)) as connection:
            connection.sendall(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            return answer.status == http.HTTPStatus.OK
    except (OSError, ValueError, http.client.HTTPException):
        return False


def _connected(scheme: str, path: str, place: tuple[str, int]) -> socket.socket:
    if scheme == "tcp":
        return socket.create_connection(place, ANSWER_SECONDS)
    if scheme != "unix":
        raise ValueError(f"an engine at {scheme}: is not asked")
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(ANSWER_SECONDS)
    try:
        connection.connect(path)
    except OSError:
        connection.close()
        raise
    return connection
