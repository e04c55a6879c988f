"""An issue as letters: every subscriber's message, with the links by which they and nobody else can leave."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from publisher.audience.tokens import make_token
from publisher.audience.verp import SLOT, BouncedDelivery, make_sender
from publisher.delivery.transport import open_transport
from publisher.digest.freeze import pictures_of
from publisher.digest.images import LEAD
from publisher.digest.letterhead import make_letterhead, make_links
from publisher.digest.message import build_template
from publisher.digest.wording import load_wording
from publisher.errors import ConfigError, ContentError, Problem
from publisher.pipeline.alignment import refuse_unaligned
from publisher.pipeline.week import archive_url
from publisher.templates import EMAIL, environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from publisher.config import Config
    from publisher.delivery.transport import Transport
    from publisher.digest.message import MessageTemplate
    from publisher.model.issue import Issue
    from publisher.model.message import Message
    from publisher.model.subscriber import Subscriber
    from publisher.pipeline.variants import Variants
    from publisher.store.keys import TokenKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """All that is needed to write any subscriber's message."""

    #: Of the issue itself, which everybody gets who chose no topics.
    template: MessageTemplate
    key: TokenKey
    #: What readers chose, and what they get for it; None: everybody gets the issue itself.
    variants: Variants | None = None
    #: Of the issue and each of its variants, by content_hash: choices that come to the same share one.
    templates: Mapping[str, MessageTemplate] = field(default_factory=lambda: MappingProxyType({}))

    def write(self, subscriber: Subscriber) -> Message:
        """Write one message.

        Raises ContentError when name or address can't be put into a header, or the issue has nothing that they chose.
        """
        token = make_token(self.key.kid, self.key.secret, subscriber.newsletter, max(subscriber.id, 0))
        message = self._template_for(subscriber).fill(subscriber, make_links(self.template.letterhead, token))
        number = self.template.issue.number
        return with_way_back(message, self.key, subscriber.newsletter, number, max(subscriber.id, 0))

    def _template_for(self, subscriber: Subscriber) -> MessageTemplate:
        if self.variants is None:
            return self.template
        variant = self.variants.variant_of(subscriber.id)
        if variant is None:
            raise ContentError(f"issue {self.template.issue.number} has nothing about the topics that they chose")
        return self.templates[variant.content_hash]


def with_way_back(message: Message, key: TokenKey, newsletter: str, number: int, subscriber_id: int) -> Message:
    """Let a message's bounce come back to an address of its own, where the settings say so.

    number: of the issue; 0: of none.
    """
    if SLOT not in message.envelope.sender:
        return message
    delivery = BouncedDelivery(newsletter=newsletter, issue_number=number, subscriber_id=subscriber_id)
    sender = make_sender(message.envelope.sender, key.kid, key.secret, delivery)
    return replace(message, envelope=replace(message.envelope, sender=sender))


def letters_for(config: Config, issue: Issue, key: TokenKey, variants: Variants | None = None) -> Letters:
    """Encode an issue once for all of its readers, and each of its variants once for theirs.

    key: signs their unsubscribe links. variants: see pipeline.variants.frozen_variants.
    """
    newsletter = config.newsletter(issue.newsletter)
    title = newsletter.title or config.site.title
    wording = load_wording(environment(EMAIL, config.root), config.language_of(newsletter))
    archive = archive_url(config, issue.newsletter)
    letterhead = make_letterhead(issue.newsletter, newsletter, title, archive, wording.reader)
    all_of_them = [issue, *(variants.by_selection.values() if variants else ())]
    templates = {
        one.content_hash: build_template(one, letterhead, _pictures_inside(config, one))
        for one in {one.content_hash: one for one in all_of_them if not one.is_empty}.values()
    }
    return Letters(template=templates[issue.content_hash], key=key, variants=variants, templates=templates)


def _pictures_inside(config: Config, issue: Issue) -> dict[str, bytes]:
    """Read the pictures that travel inside each message, by their address."""
    wanted = config.newsletter(issue.newsletter).pictures_inside
    names = [] if wanted == "none" else pictures_of(issue.html)
    chosen = [name for name in names if wanted == "all" or f"-{LEAD.width}." in name]
    return {config.site.url + name: _read(config.output_dir / name) for name in chosen}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ContentError(
            f"a picture of the mail can't be read: {path}: {error.strerror}", hint="publisher issue makes it again"
        ) from error


@contextmanager
def opened_transport(config: Config, name: str, given: Transport | None) -> Iterator[Transport]:
    """Lend the transport of a newsletter, and close it; one that was given stays open.

    Raises ConfigError when its settings are wrong, when mail would leave without what the law asks of it, without the
    pictures that it was to carry, or signed in vain.
    """
    newsletter = config.newsletter(name)
    refuse_unaligned(config, name)
    transport = given or open_transport(newsletter.transport, config)
    try:
        if not (newsletter.postal_address.strip() or transport.limits.local):
            raise ConfigError(
                f"newsletters.{name}.postal_address is empty",
                hint="write the sender's postal address: most countries' laws ask for it in every newsletter",
            )
        if newsletter.pictures_inside != "none" and not transport.limits.whole:
            raise ConfigError(
                f'newsletters.{name}.pictures_inside = "{newsletter.pictures_inside}":'
                f" {newsletter.transport} takes HTML and text only",
                hint='send by smtp, or write pictures_inside = "none": the mail then shows those on the site',
            )
        yield transport
    finally:
        if given is None:
            transport.close()


def doubts_about_leaving(config: Config, name: str, transport: Transport) -> tuple[Problem, ...]:
    """Warn when mail really leaves that offers no one-click unsubscribing (RFC 8058)."""
    newsletter = config.newsletter(name)
    if newsletter.unsubscribe_url or transport.limits.local:
        return ()
    return (
        Problem(
            f"readers of {name} can leave by mail only; Gmail and Yahoo want one click from whoever mails them much",
            hint=f"newsletters.{name}.unsubscribe_url names an https address that takes the click (docs/bounces.md)",
            rule="no-one-click",
        ),
    )
