"""The settings of the transport `smtp`: [delivery.smtp], or any [delivery.<name>] with kind = "smtp"."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from publisher.config import Secret
from publisher.delivery.transport import DeliveryTable

Security = Literal["starttls", "tls", "none"]

#: RFC 6409 (submission), RFC 8314 (implicit TLS), RFC 5321.
PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "none": 25}


class SmtpSettings(DeliveryTable):
    """[delivery.smtp].

    host = "smtp.example.org"
    username = "weekly@example.org"
    password = { env = "SMTP_PASSWORD" }
    """

    host: str = Field(min_length=1)
    #: 587 for "starttls", 465 for "tls", 25 for "none", where not given.
    port: int = Field(default=0, ge=0, le=65535)
    #: "starttls" is required, not tried: a server that does not offer it is refused. "tls" encrypts from the start.
    security: Security = "starttls"
    username: str = ""
    password: Secret | None = None
    #: The name this machine introduces itself by (EHLO); found out where empty.
    ehlo_name: str = ""
    #: Certificates to trust instead of the system's, in PEM, for a server with one of its own.
    ca_file: Path | None = None
    #: How long to wait for an answer. Servers may take minutes to accept a message (RFC 5321, 4.5.3.2.6).
    timeout_s: float = Field(default=300.0, gt=0)

    @model_validator(mode="after")
    def _login_is_whole_and_hidden(self) -> SmtpSettings:
        if bool(self.username) != (self.password is not None):
            raise ValueError("username and password go together")
        if self.username and self.security == "none" and not _is_this_machine(self.host):
            raise ValueError(
                'security = "none" would send the password for everybody to read; write "starttls" or "tls"'
            )
        return self

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        return self.host, self.port or PORTS[self.security]


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
