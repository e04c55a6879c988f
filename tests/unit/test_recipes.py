"""What docs/ tell people to type is something that the program understands."""

from __future__ import annotations

import configparser
import re
import shlex
from pathlib import Path

import pytest
import typer
import yaml

from publisher.cli.main import make_app

DOCS = Path(__file__).parents[2] / "docs"
SENDING = (DOCS / "sending.md").read_text(encoding="utf-8")
#: Pages with commands for senders.
PAGES = ("sending.md", "smtp.md", "bounces.md", "dkim.md")
_COMMAND = re.compile(
    r"(?:^|[\s`/])publisher ((?:send|ledger|explain|bounces|subscribers|dkim|keys|check)\b[^`#\n>|]*)"
)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", SENDING, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    found = (_COMMAND.findall((DOCS / page).read_text(encoding="utf-8")) for page in PAGES)
    return sorted({command.strip(" .,;:") for of_page in found for command in of_page})


@pytest.mark.parametrize("words", commands())
def test_a_command_of_the_docs_is_understood(words: str) -> None:
    command = typer.main.get_command(make_app())
    arguments = shlex.split(words)
    context = command.make_context("publisher", [], resilient_parsing=True)
    while hasattr(command, "get_command") and arguments and (found := command.get_command(context, arguments[0])):
        command, arguments = found, arguments[1:]
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    assert {word.partition("=")[0] for word in arguments if word.startswith("--")} <= known


def test_the_recipe_for_actions_sends_from_a_server_that_stays() -> None:
    (text,) = blocks("yaml")
    recipe = yaml.safe_load(text)
    # YAML 1.1 takes the key for a truth.
    times = [one["cron"] for one in recipe[True]["schedule"]]
    assert all(len(time.split()) == 5 and time.endswith(" 1") for time in times)
    steps = recipe["jobs"]["send"]["steps"]
    assert all(("uses" in step) != ("run" in step) for step in steps)
    (send,) = (step for step in steps if "publisher send" in step.get("run", ""))
    assert set(send["env"]) == {"SMTP_PASSWORD", "PGPASSWORD"}
    assert "publisher[postgres]" in text


def test_the_units_for_systemd_keep_the_store_and_take_a_later_try_for_no_failure() -> None:
    service, timer = (configparser.RawConfigParser(strict=True) for _ in range(2))
    service_text, timer_text = blocks("ini")
    service.read_string(service_text)
    timer.read_string(timer_text)
    job = service["Service"]
    assert job["WorkingDirectory"] == f"/var/lib/{job['StateDirectory']}"
    assert job["ExecStart"].startswith(job["WorkingDirectory"])
    assert job["SuccessExitStatus"].split() == ["3", "75"]
    assert timer["Timer"]["Persistent"] == "true"


def test_the_line_for_cron_is_one() -> None:
    (text,) = blocks("cron")
    (line,) = (line for line in text.splitlines() if not line.startswith("#"))
    minute, hour, day, month, weekday, command = line.split(None, 5)
    assert (minute, hour, day, month, weekday) == ("*/15", "8-11", "*", "*", "1")
    # To cron, a percent sign is a line break.
    assert "%" not in command
