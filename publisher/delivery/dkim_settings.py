"""The settings of DKIM: [delivery.smtp.dkim], where a transport hands whole messages over."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, model_validator

from publisher.config import Secret, Table
from publisher.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"


def _dns_name(text: str) -> str:
    if not re.fullmatch(rf"{_LABEL}(\.{_LABEL})*", text):
        raise ValueError(f'not a name for the DNS: "{text}"; write letters, digits and "-", labels parted by dots')
    return text.lower()


DnsName = Annotated[str, AfterValidator(_dns_name)]


class DkimKeySettings(Table):
    """One key of [delivery.smtp.dkim]."""

    #: The public half lies in the DNS at <selector>._domainkey.<domain>; each key has a selector of its own.
    selector: DnsName
    #: The private key, in PEM.
    key: Secret


class DkimSettings(Table):
    """[delivery.smtp.dkim]: `publisher dkim keygen` prints it whole.

    domain = "example.org"
    rsa = { selector = "weekly-rsa", key = { file = "dkim/weekly-rsa.pem" } }
    ed25519 = { selector = "weekly-ed25519", key = { file = "dkim/weekly-ed25519.pem" } }
    """

    #: The domain that signs: the sender's own, or one above it, for DMARC to count it.
    domain: DnsName
    #: What every receiver can check.
    rsa: DkimKeySettings | None = None
    #: Small and quick, but not yet checked by all: a second signature, never the only one.
    ed25519: DkimKeySettings | None = None

    @model_validator(mode="after")
    def _everybody_can_check(self) -> DkimSettings:
        if self.rsa is None:
            raise ValueError("write an rsa key, which every receiver can check; ed25519 beside it if you like")
        if self.ed25519 and self.ed25519.selector == self.rsa.selector:
            raise ValueError("rsa and ed25519 have the same selector, but there is one key at each place in the DNS")
        return self


def open_signer(settings: DkimSettings | None, root: Path) -> Callable[[bytes], bytes]:
    """Give what a transport passes each whole message through: it signs, or leaves alone where nothing is set.

    root: folder of publisher.toml. Raises ConfigError when a key can't be used.
    """
    if settings is None:
        return lambda content: content
    try:
        from publisher.delivery.dkim import Signer
    except ModuleNotFoundError as error:
        raise ConfigError("DKIM needs a library that is not installed", hint='pip install "publisher[dkim]"') from error
    return Signer.from_config(settings, root).sign
