"""Which entry is which, for ever: the guid that a post is known by in every feed and every issue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.syndication.xml_text import clean_text

if TYPE_CHECKING:
    from publisher.model.post import Card


def guid_of(post: Card) -> str:
    """Give the permanent id of a post: what its front matter says, else its permalink.

    The permalink is what Hugo writes as guid: subscribers who move over with a site see no post again as unread.
    """
    return clean_text(post.guid).strip() or post.url
