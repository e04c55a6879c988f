"""Mail that leaves this machine without one-click unsubscribing says so to whoever sends it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from publisher.delivery.memory import MemoryTransport
from publisher.pipeline.send import send_issue
from tests.contract.small_site import NOW, make_site, subscribe

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.config import Config


class OutwardTransport(MemoryTransport):
    """Claims that its messages leave this machine."""

    limits = replace(MemoryTransport.limits, local=False)


def site(folder: Path, setting: str) -> Config:
    config = make_site(folder)
    newsletter = config.newsletter("weekly").model_copy(update=dict([setting.split("=")]) if setting else {})
    config = config.model_copy(update={"newsletters": {"weekly": newsletter}})
    subscribe(config, "a@example.org")
    return config


@pytest.mark.parametrize("setting", ["", "unsubscribe=mailto"])
def test_leaving_by_mail_only_is_a_warning(tmp_path: Path, setting: str) -> None:
    config = site(tmp_path, setting)
    transport = OutwardTransport("memory", config)
    report = send_issue(config, "weekly", NOW, transport=transport)
    assert [problem.rule for problem in report.problems] == ["no-one-click"]
    assert "newsletters.weekly.unsubscribe_url" in str(report.problems[0])
    assert "List-Unsubscribe-Post" not in transport.sent[0].headers
    assert (
        transport.sent[0].headers["List-Unsubscribe"].startswith("<mailto:weekly@shanbian.example?subject=unsubscribe")
    )


def test_one_click_is_offered_where_somebody_takes_it(tmp_path: Path) -> None:
    config = site(tmp_path, "unsubscribe_url=https://shanbian.example/u/")
    transport = OutwardTransport("memory", config)
    assert send_issue(config, "weekly", NOW, transport=transport).problems == ()
    headers = transport.sent[0].headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    ways = headers["List-Unsubscribe"].split(", ")
    assert [way[: len("<https:")] for way in ways] == ["<https:", "<mailto"]


def test_a_local_mailbox_needs_none(tmp_path: Path) -> None:
    config = site(tmp_path, "")
    assert send_issue(config, "weekly", NOW, transport=MemoryTransport("memory", config)).problems == ()
