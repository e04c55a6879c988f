"""What a text is recognised by when its file has another name."""

from __future__ import annotations

import hashlib

#: Stands for a text, or a title, that is not there.
NOTHING = "0"
_BYTES = 8


def text_hash(body: str, title: str) -> str:
    """Hash a post's Markdown and its title, as "<text>-<title>": either may stay while the other changes.

    Line ends and white space around the text don't count: they change with editors and generators.
    """
    return f"{_hash(body)}-{_hash(title)}"


def _hash(text: str) -> str:
    plain = (text.replace("\r\n", "\n") if "\r" in text else text).strip()
    if not plain:
        return NOTHING
    return hashlib.blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=_BYTES).hexdigest()
