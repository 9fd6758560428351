"""The server's connections: what is written is sent at once.

Streamlit opens its port in a way in which Python leaves Nagle's rule on (RFC 896): the second small message then waits
until the reader's system has acknowledged the first, which it may put off by 40 ms.
"""

import gc
import socket


def send_at_once() -> None:
    """From now on a connection that comes to a port of this process waits for no acknowledgement (TCP_NODELAY)."""
    for opened in gc.get_objects():
        if issubclass(type(opened), socket.socket) and _listens(opened):  # a dead weak reference has only a type
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _listens(opened: socket.socket) -> bool:
    of_internet = opened.family in (socket.AF_INET, socket.AF_INET6) and opened.type == socket.SOCK_STREAM
    try:
        return of_internet and opened.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 1
    except OSError:  # closed meanwhile
        return False
