"""Logging in to a mail server: AUTH PLAIN, LOGIN, XOAUTH2, in UTF-8.

Specs: RFC 4954 (AUTH), RFC 4616 (PLAIN); developers.google.com/workspace/gmail/imap/xoauth2-protocol.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from publisher.errors import DeliveryError

if TYPE_CHECKING:
    from publisher.delivery.replies import Reply
    from publisher.delivery.smtp_features import Features
    from publisher.delivery.smtp_session import Peer
    from publisher.delivery.smtp_wire import Wire

#: The server waits for more (RFC 4954, 4).
GO_ON = 334


async def log_in(wire: Wire, peer: Peer, features: Features) -> None:
    """Log in as the settings say. Raises DeliveryError when the server refuses, LostError when it goes away."""
    way = choose_login(peer, features)
    user, secret = peer.settings.username.encode(), peer.password.encode()
    if way == "PLAIN":
        reply = await _say(wire, b"AUTH PLAIN " + base64.b64encode(b"\0" + user + b"\0" + secret))
    elif way == "LOGIN":
        reply = await _say(wire, b"AUTH LOGIN " + base64.b64encode(user))
        reply = await _say(wire, base64.b64encode(secret)) if reply.code == GO_ON else reply
    else:
        token = b"user=" + user + b"\1auth=Bearer " + secret + b"\1\1"
        reply = await _say(wire, b"AUTH XOAUTH2 " + base64.b64encode(token))
        # A refusal comes in two steps: what is wrong, and after an empty line the code.
        reply = await _say(wire, b"") if reply.code == GO_ON else reply
    if not reply.ok:
        where = f"delivery.{peer.name}.username and delivery.{peer.name}.password"
        raise peer.refuse(f"refuses the login of {peer.settings.username} with", reply, where)


def choose_login(peer: Peer, features: Features) -> str:
    """Name the way of logging in. Raises DeliveryError when the server does not offer it."""
    wanted = ("PLAIN", "LOGIN") if peer.settings.login == "auto" else (peer.settings.login.upper(),)
    way = next((one for one in wanted if one in features.logins), None)
    if way is None:
        shown = ", ".join(features.logins) or "none"
        raise DeliveryError(
            f"{peer.settings.server} offers no way to log in that is known here; it offers: {shown}"
            if peer.settings.login == "auto"
            else f"{peer.settings.server} does not offer to log in by {wanted[0]}; it offers: {shown}",
            temporary=False,
            hint=f"remove delivery.{peer.name}.username, or look at delivery.{peer.name}.port, .security and .login",
        )
    return way


async def _say(wire: Wire, line: bytes) -> Reply:
    wire.write(line + b"\r\n")
    return await wire.reply()
