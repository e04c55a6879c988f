"""A rendered digest becomes an issue that never changes again, and the forms in which people look at it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import asdict, replace
from datetime import UTC
from html import escape
from typing import TYPE_CHECKING

from publisher.model.issue import Issue, Period
from publisher.model.message import NAME, SLOTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from publisher.digest.letters import Letter
    from publisher.digest.render import RenderedMail
    from publisher.model.issue import IssueKind

_MAIL_ONLY = re.compile(r"<!--mail-->.*?<!--/mail-->", re.DOTALL)
_PICTURE = re.compile(r"email/[0-9a-f]{16}-\d+\.(?:jpg|png)")


def freeze_mail(mail: RenderedMail, newsletter: str, now: datetime) -> Issue:
    """Make the issue of a rendered digest. now: when it is frozen, aware."""
    digest = mail.digest
    issue = Issue(
        newsletter=newsletter,
        number=digest.masthead.number,
        period=digest.masthead.period,
        subject=digest.subject,
        preheader=digest.preheader,
        html=mail.html,
        text=mail.text,
        manifest=digest.manifest,
        frozen_at=now,
        content_hash="",
        web_url=digest.masthead.web_url,
        page=web_copy(mail.page, digest.wording.reader),
    )
    return replace(issue, content_hash=content_hash(issue))


def freeze_letter(letter: Letter, newsletter: str, kind: IssueKind, key: str, now: datetime) -> Issue:
    """Make the issue of a letter that goes to many; it has neither number nor hash yet.

    kind, key: as Issue says. now: when it is frozen, aware.
    """
    return Issue(
        newsletter=newsletter,
        number=0,
        period=Period(start=now, end=now),
        subject=letter.subject,
        preheader=letter.preheader,
        html=letter.html,
        text=letter.text,
        manifest=(),
        frozen_at=now,
        content_hash="",
        kind=kind,
        key=key,
    )


def content_hash(issue: Issue) -> str:
    """Hash what an issue says (SHA-256, in hex): not when it was frozen, nor what it was made of and for whom."""
    facts = {
        **asdict(issue),
        "period": [moment.astimezone(UTC).isoformat() for moment in (issue.period.start, issue.period.end)],
    }
    for name in ("content_hash", "frozen_at", "kind", "key", "selection"):
        del facts[name]
    if not issue.page:  # issues that were frozen before there were pages have a hash without one
        del facts["page"]
    return hashlib.sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def web_copy(html: str, reader: str) -> str:
    """Make the page that everybody may see of an issue's HTML: without what only a reader's own mail should say.

    reader: stands where a mail says its reader's name.
    """
    return _MAIL_ONLY.sub("", html).replace(NAME, escape(reader))


def pictures_of(html: str) -> tuple[str, ...]:
    """Name the pictures that an issue's HTML wants from its own site: paths below the output folder."""
    return tuple(sorted(set(_PICTURE.findall(html))))


def preview(html: str, pictures: Mapping[str, bytes]) -> str:
    """Make one file to look at in a browser: the mail with its pictures inside, and slots that lead nowhere.

    pictures: by path below the output folder.
    """
    for slot in SLOTS:
        html = html.replace(slot, "#")
    for name, content in pictures.items():
        kind = "png" if name.endswith(".png") else "jpeg"
        data = f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
        html = re.sub(rf'https?://[^"]*?{re.escape(name)}', lambda _, data=data: data, html)  # type: ignore[misc]
    return html
