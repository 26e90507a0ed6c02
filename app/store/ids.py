"""UUIDv7: ids that sort by the time they were made, so that indexes grow at their end."""

import secrets
import time
from uuid import UUID


def new_id() -> UUID:
    """A fresh UUID version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, then random."""
    milliseconds = time.time_ns() // 1_000_000
    random = secrets.randbits(74)
    value = milliseconds << 80 | 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    return UUID(int=value)
