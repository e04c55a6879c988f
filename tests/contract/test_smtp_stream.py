"""Sending an issue over SMTP as a stream: what was not begun when a send ends goes back to the plan."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from publisher.delivery.smtp import SmtpTransport
from publisher.errors import DeliveryError
from publisher.pipeline.send import send_issue
from publisher.store.journal_check import check_journal
from publisher.store.open import open_store
from tests.contract.fault_server import FaultServer, run_fault_server
from tests.contract.mail_samples import Commits, make_config, make_message
from tests.contract.small_site import NOW, make_site, subscribe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.model.message import Message
    from publisher.pipeline.send_report import SendReport

PEOPLE = [f"reader{number:02}@example.org" for number in range(30)]
TABLE = 'host = "127.0.0.1"\nport = {port}\nsecurity = "none"\nconnections = 3\nreconnect_s = []\n'


def stream(folder: Path, server: FaultServer, commits: Commits, stop_after: int = 99) -> list[str]:
    """Stream messages to everybody. Gives who was asked for."""
    taken: list[str] = []

    def messages() -> Iterator[Message]:
        for one in PEOPLE:
            taken.append(one)
            yield make_message(one)

    config = make_config(folder, "[delivery.smtp]\n" + TABLE.format(port=server.port))
    with closing(SmtpTransport("smtp", config)) as transport:
        transport.stream(messages(), commits, lambda: len(commits.settled) >= stop_after)
    return taken


def test_a_stream_tells_what_became_of_every_message(tmp_path: Path) -> None:
    commits = Commits(PEOPLE[4])
    with run_fault_server(tmp_path, RCPT=["", "550 5.1.1 no such user"]) as server:
        assert stream(tmp_path, server, commits) == PEOPLE
        assert len(server.taken()) == len(PEOPLE) - 2
    told = dict(commits.settled)
    assert len(told) == len(commits.settled) == len(PEOPLE) - 1
    assert sorted(one for one, receipt in told.items() if receipt.status == "accepted") == sorted(server.taken())
    assert {"accepted", "rejected"} == {receipt.status for receipt in told.values()}


def test_a_stream_that_is_stopped_finishes_what_it_has_begun(tmp_path: Path) -> None:
    commits = Commits()
    with run_fault_server(tmp_path) as server:
        taken = stream(tmp_path, server, commits, stop_after=6)
        arrived = server.taken()
    assert 6 <= len(arrived) < len(PEOPLE)
    assert sorted(arrived) == sorted(one for one, _ in commits.settled)
    assert len(taken) <= len(arrived) + 1


def test_a_server_that_ends_a_stream_ends_it_with_an_error(tmp_path: Path) -> None:
    commits = Commits()
    with (
        run_fault_server(tmp_path, MAIL=[""] * 9 + ["550 5.7.1 account closed"] * 9) as server,
        pytest.raises(DeliveryError, match="account closed"),
    ):
        stream(tmp_path, server, commits)
    assert sorted(one for one, _ in commits.settled) == sorted(server.taken())


def send(folder: Path, **script: Any) -> tuple[SendReport, list[str]]:
    """Send an issue to everybody. Gives the report and who got it."""
    with run_fault_server(folder, **script) as server:
        table = f'\n[delivery.relay]\nkind = "smtp"\n{TABLE.format(port=server.port)}'
        config = make_site(folder / "site", transport="relay", more=table)
        subscribe(config, *PEOPLE)
        report = send_issue(config, "weekly", NOW)
        arrived = server.taken()
    with closing(open_store(config.store.url, config.root)) as store, store.read() as connection:
        assert check_journal(connection, 1).faults == ()
    return report, arrived


def test_whom_a_closed_account_kept_from_their_mail_is_planned_again(tmp_path: Path) -> None:
    report, arrived = send(tmp_path, MAIL=[""] * 9 + ["550 5.7.1 account closed"] * 9)
    assert report.outcome == "partly sent"
    assert "account closed" in str(report.stopped)
    assert dict(report.states) == {"accepted": len(arrived), "planned": len(PEOPLE) - len(arrived)}
    assert 1 <= len(arrived) <= 9


def test_a_stream_takes_everybody(tmp_path: Path) -> None:
    report, arrived = send(tmp_path)
    assert (report.outcome, dict(report.states)) == ("sent", {"accepted": len(PEOPLE)})
    assert sorted(arrived) == PEOPLE
