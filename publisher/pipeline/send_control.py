"""Where a send stands, and giving it up: `publisher send --status` and `--cancel`."""

from __future__ import annotations

import getpass
import socket
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from publisher.errors import StoreError
from publisher.pipeline.issue import IssueReport
from publisher.pipeline.send_report import SendReport, doubts_about_others, make_report
from publisher.store.issues import issue_id
from publisher.store.ledger import cancel
from publisher.store.open import has_store, open_store
from publisher.store.plans import find_plan

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.config import Config
    from publisher.model.issue import Issue
    from publisher.pipeline.mailing import Mailing
    from publisher.store.open import Store


def send_status(config: Config, mailing: Mailing) -> SendReport | None:
    """Say where a mailing stands. Changes nothing. None when nothing of it was ever frozen."""
    config.newsletter(mailing.newsletter)
    if not has_store(config.store.url, config.root):
        return None
    with closing(open_store(config.store.url, config.root)) as store:
        issue = _find(store, mailing)
        if issue is None:
            return None
        return replace(_report(store, issue), problems=doubts_about_others(store, issue.newsletter, issue.number))


def cancel_send(config: Config, mailing: Mailing, now: datetime) -> tuple[SendReport, int]:
    """Give up what is left of a send, for good. Gives where it stands now, and how many get no mail by it.

    Raises StoreError when there is no issue, or nothing was planned of it.
    """
    name = mailing.newsletter
    config.newsletter(name)
    with closing(open_store(config.store.url, config.root)) as store:
        issue = _find(store, mailing)
        if issue is None:
            raise StoreError(f"{name} has no such issue yet", hint="there is nothing to cancel")
        with store.begin() as connection:
            row = issue_id(connection, name, issue.number)
            if find_plan(connection, row) is None:
                raise StoreError(f"nothing of {issue.label} was sent yet", hint="there is nothing to cancel")
            count = cancel(connection, row, now, this_person())
        return _report(store, issue), count


def this_person() -> str:
    """Name who gives an order, for the journal: login and machine."""
    try:
        login = getpass.getuser()
    except (KeyError, OSError):
        login = "somebody"
    return f"{login} on {socket.gethostname()}"


def _find(store: Store, mailing: Mailing) -> Issue | None:
    with store.read() as connection:
        return mailing.find(connection)


def _report(store: Store, issue: Issue) -> SendReport:
    with store.read() as connection:
        row = issue_id(connection, issue.newsletter, issue.number)
        plan = find_plan(connection, row)
    made = IssueReport(outcome="already frozen", period=issue.period, issue=issue)
    return make_report(store, row, made, issue, plan)
