"""Warm-up over several runs and days: the ledger says how many left today."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from publisher.pipeline.send import SendOptions, send_issue
from tests.contract.fault_server import run_fault_server
from tests.contract.small_site import NOW, make_site, subscribe

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE = [f"reader{number}@example.org" for number in range(9)]
TABLE = """
[delivery.relay]
kind = "smtp"
host = "127.0.0.1"
port = {port}
security = "none"
connections = 2
domain_rates = {{ "example.org" = "2000/s" }}

[delivery.relay.warm_up]
start = {start:%Y-%m-%d}
per_day = [2, 5]
"""


def test_a_warm_up_counts_days_and_not_runs(tmp_path: Path) -> None:
    with run_fault_server(tmp_path) as server:
        table = TABLE.format(port=server.port, start=NOW)
        config = make_site(tmp_path, transport="relay", more=table)
        subscribe(config, *PEOPLE)
        taken = []
        for hours in (0, 1, 24, 25, 48):
            report = send_issue(
                config,
                "weekly",
                NOW + timedelta(hours=hours),
                options=SendOptions(number=1 if hours else None, old_plan=True),
            )
            taken.append(len(server.taken()))
            if hours == 1:
                assert report.outcome == "try later"
                assert "today's share of 2 messages is used up (day 1 of 2 of the warm-up)" in str(report.stopped)
        assert sorted(server.taken()) == PEOPLE
    assert taken == [2, 2, 7, 7, 9]
