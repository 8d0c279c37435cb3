"""The hash that identifies content: of bytes, or of a value that JSON can hold.

What is hashed into the key of a result is up to `graph.keys`.
"""

import hashlib
import json


def digest(value: object) -> str:
    """Return the SHA-256, in hex, of bytes or of a value that JSON can hold."""
    data = value if isinstance(value, bytes) else json.dumps(value, sort_keys=True).encode()
    return hashlib.sha256(data).hexdigest()
