"""Which entry is which, for ever: the guid that a post is known by in every feed and every issue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.syndication.xml_text import clean_text

if TYPE_CHECKING:
    from publisher.model.post import Card


def guid_of(post: Card) -> str:
    """Give the permanent id of a post: what publisher.lock or its front matter says, else its permalink.

    The permalink is what Hugo writes as guid: subscribers who move over with a site see no post again as unread.
    """
    return stated_guid(post) or post.url


def stated_guid(post: Card) -> str:
    """Give the permanent id that a post says it has; empty if it says none."""
    return clean_text(post.guid).strip()
