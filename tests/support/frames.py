# SPDX-License-Identifier: LGPL-2.1-or-later
"""The frames of a WebSocket (RFC 6455), as a server of the tests writes and reads them."""

import base64
import hashlib
import struct

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
SUFFIX = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def accept(key):
    """The answer to a client's Sec-WebSocket-Key."""
    return base64.b64encode(hashlib.sha1(key.encode() + SUFFIX).digest()).decode()


def frame(data, kind=TEXT):
    """DATA in one frame, as servers send it."""
    size = len(data)
    head = bytes([size]) if size < 126 else struct.pack(">BH", 126, size) if size < 65536 else struct.pack(">BQ", 127, size)
    return bytes([0x80 | kind]) + head + data


def read(stream):
    """(kind, data) of a client's next frame; None: the client has gone."""
    head = stream.read(2)
    if len(head) < 2:
        return None
    size = head[1] & 0x7F
    if size >= 126:
        size = int.from_bytes(stream.read(2 if size == 126 else 8), "big")
    mask, data = stream.read(4), stream.read(size)
    return head[0] & 0x0F, bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))
