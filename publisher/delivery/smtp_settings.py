"""The settings of the transport `smtp`: [delivery.smtp], or any [delivery.<name>] with kind = "smtp"."""

from __future__ import annotations

from datetime import date
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from publisher.config import Secret, Table
from publisher.delivery.dkim_settings import DkimSettings
from publisher.delivery.throttle import parse_rate
from publisher.delivery.transport import DeliveryTable

Security = Literal["starttls", "tls", "none"]

#: RFC 6409 (submission), RFC 8314 (implicit TLS), RFC 5321.
PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "none": 25}
#: RFC 2033 names no port for LMTP; 24 is what IANA set aside for private mail systems, and what most use.
LMTP_PORT = 24


def _check_rate(text: str) -> str:
    parse_rate(text)
    return text


#: A number of messages in a time: "14/s", "600/m", "5000/h", "20000/d". Empty: as fast as the server takes them.
Rate = Annotated[str, AfterValidator(_check_rate)]


class WarmUp(Table):
    """[delivery.smtp.warm_up]: how many messages may leave a day while a new address or server earns its name."""

    #: The first day.
    start: date
    #: How many on the first day, the second, and so on; afterwards, as many as there are.
    per_day: tuple[Annotated[int, Field(gt=0)], ...] = Field(min_length=1)


class SmtpSettings(DeliveryTable):
    """[delivery.smtp].

    host = "smtp.example.org"
    username = "weekly@example.org"
    password = { env = "SMTP_PASSWORD" }
    """

    host: str = ""
    #: 587 for "starttls", 465 for "tls", 25 for "none", where not given.
    port: int = Field(default=0, ge=0, le=65535)
    #: A Unix socket instead of host and port; a relative path starts from the folder of publisher.toml.
    socket: Path | None = None
    #: "lmtp" for handing mail to a mailbox server such as Dovecot (RFC 2033).
    protocol: Literal["smtp", "lmtp"] = "smtp"
    #: "starttls" is required, not tried: a server that does not offer it is refused. "tls" encrypts from the start.
    security: Security = "starttls"
    username: str = ""
    #: The password; for login = "xoauth2", the access token.
    password: Secret | None = None
    #: How to log in. "auto": PLAIN where it is offered, else LOGIN.
    login: Literal["auto", "plain", "login", "xoauth2"] = "auto"
    #: The name this machine introduces itself by (EHLO); found out where empty.
    ehlo_name: str = ""
    #: Certificates to trust instead of the system's, in PEM, for a server with one of its own.
    ca_file: Path | None = None
    #: How long to wait for an answer; twice as long after the final dot. Servers may take minutes (RFC 5321, 4.5.3.2).
    timeout_s: float = Field(default=300.0, gt=0)
    #: Connections at a time, at most. Each has one message on its way: so many may end up uncertain.
    connections: int = Field(default=5, ge=1, le=100)
    #: Messages after which a connection is closed and another opened.
    messages_per_connection: int = Field(default=500, ge=1)
    #: Waits between tries to connect again to a server that was there before.
    reconnect_s: tuple[Annotated[float, Field(ge=0)], ...] = (1.0, 5.0, 15.0)
    #: At most so many messages to all recipients together.
    rate: Rate = ""
    #: At most so many to one recipient domain; "*" is for every domain that is not named.
    domain_rates: dict[str, Rate] = Field(default_factory=dict)
    warm_up: WarmUp | None = None
    #: Signing here, for those whose relay does not: docs/dkim.md.
    dkim: DkimSettings | None = None

    @model_validator(mode="after")
    def _says_where(self) -> SmtpSettings:
        if bool(self.host) == (self.socket is not None):
            raise ValueError("write either host or socket")
        if self.socket is not None and self.security != "none":
            raise ValueError('a socket is on this machine: write security = "none"')
        return self

    @model_validator(mode="after")
    def _login_is_whole_and_hidden(self) -> SmtpSettings:
        if bool(self.username) != (self.password is not None):
            raise ValueError("username and password go together")
        if self.username and self.security == "none" and not (self.socket or _is_this_machine(self.host)):
            raise ValueError(
                'security = "none" would send the password for everybody to read; write "starttls" or "tls"'
            )
        return self

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        return self.host, self.port or (LMTP_PORT if self.protocol == "lmtp" else PORTS[self.security])

    @property
    def place(self) -> str:
        """Where the server is, for messages."""
        host, port = self.address
        return str(self.socket) if self.socket else f"{host}:{port}"

    @property
    def server(self) -> str:
        """What to call the server in messages."""
        return self.host or str(self.socket)


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
