"""The door of this room: an address or a path in, an open mailbox out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.errors import ConfigError
from publisher.mailboxes.folders import open_path

if TYPE_CHECKING:
    from publisher.config import Config
    from publisher.mailboxes.mailbox import Afterwards, Mailbox


def open_mailbox(source: str, config: Config, afterwards: Afterwards = "keep") -> Mailbox:
    """Open a mailbox.

    source: a maildir, an mbox file, or imaps://user@host/folder (imap:// by STARTTLS). A path is taken as it is.
    afterwards: what `put_away` will do; a mailbox that can't is refused now.
    Raises ConfigError, or DeliveryError when an IMAP server can't be reached or refuses.
    """
    scheme, separator, _ = source.partition("://")
    if not separator:
        return open_path(Path(source), afterwards)
    # The network is loaded only by those who ask for it.
    from publisher.mailboxes.imap import PORTS, ImapBox, parse_address

    if scheme not in PORTS:
        raise ConfigError(f"no mail can be read from {scheme}://", hint="write imaps://user@host/folder, or a path")
    address = parse_address(source)
    if config.bounces.password is None:
        raise ConfigError("bounces.password is not set", hint='write password = { env = "IMAP_PASSWORD" } in [bounces]')
    ca_file = config.root / config.bounces.ca_file if config.bounces.ca_file else None
    return ImapBox(replace(address, password=config.bounces.password.reveal(config.root)), afterwards, ca_file)
