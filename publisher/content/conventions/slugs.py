"""Slugs of Latin letters, as Pelican and Zola make them of every script: 奧特曼 becomes ao-te-man."""

from __future__ import annotations

import re

from publisher.errors import ContentError


def to_ascii(text: str) -> str:
    """Write a text in Latin letters, with the tables that Pelican itself uses.

    Raises ContentError if Unidecode, which is an extra because of its licence, is not installed and needed.
    """
    if text.isascii():
        return text
    try:
        from unidecode import unidecode
    except ImportError as error:
        message = f"the address of this post is made of its title in Latin letters: {text}"
        hint = "pip install 'publisher[latin]', or write a `slug` into the post"
        raise ContentError(message, hint=hint) from error
    return unidecode(text)


def ascii_slug(text: str) -> str:
    """Keep letters and digits of `to_ascii`, lower-cased, with a hyphen for every run of anything else."""
    return re.sub(r"[^a-z0-9]+", "-", to_ascii(text).lower()).strip("-")
