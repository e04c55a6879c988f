"""The door of this room: a mail's bytes in, what it says out."""

from __future__ import annotations

from publisher.feedback.arf import read_arf
from publisher.feedback.dsn import read_dsn
from publisher.feedback.mail import header, key_of, open_mail, written_at
from publisher.feedback.old_bounces import read_failed_recipients, read_old_bounce
from publisher.feedback.replies import read_reply, read_wish
from publisher.feedback.report import Feedback, Report
from publisher.feedback.traces import find_traces

#: Asked in this order; the first that recognises the mail has understood it. Bounces call themselves "auto-replied"
#: (RFC 3464, 2), so reports come before replies; words alone come last, since a vacation notice has words too.
READERS = (read_dsn, read_arf, read_wish, read_failed_recipients, read_reply, read_old_bounce)


def read_feedback(content: bytes) -> Feedback:
    """Understand a mail that came back. Raises nothing, whatever the bytes: what it can't read is "other".

    content: the mail as it was kept, lines ending in any way.
    """
    mail = open_mail(content)
    found = next((reports for reader in READERS if (reports := reader(mail))), ())
    return Feedback(
        key=key_of(mail, content),
        message_id=header(mail, "Message-ID"),
        sender=header(mail, "From"),
        subject=header(mail, "Subject"),
        written_at=written_at(mail),
        reports=found or (Report(kind="other", detail=header(mail, "Subject")),),
        traces=find_traces(mail),
    )
