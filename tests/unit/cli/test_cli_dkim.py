"""`publisher dkim keygen` makes keys that work as it prints them."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from publisher.cli.dkim import app
from publisher.delivery.dkim import Signer
from publisher.delivery.dkim_keys import dns_text
from publisher.delivery.dkim_settings import DkimSettings
from publisher.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

WORDS = ["keygen", "--domain", "Example.org", "--selector", "weekly"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*more: str) -> Result:
    return CliRunner().invoke(app, [*WORDS, *more])


def test_what_it_prints_for_the_settings_signs_as_what_it_prints_for_the_dns(folder: Path) -> None:
    printed = run().stdout
    table = tomllib.loads(printed.partition("for publisher.toml:\n")[2])["delivery"]["smtp"]["dkim"]
    signer = Signer.from_config(DkimSettings.model_validate(table), folder)
    records = re.findall(r"^(\S+)\. IN TXT \( (.*) \)$", printed, flags=re.MULTILINE)
    assert [(name, text.strip('"').replace('" "', "")) for name, text in records] == [
        (f"{key.selector}._domainkey.example.org", dns_text(key.private)) for key in signer.keys
    ]


def test_scripts_get_each_key_with_its_record(folder: Path) -> None:
    keys = json.loads(run("--json", "--folder", "keys").stdout)["keys"]
    assert [key["name"] for key in keys] == [
        "weekly-rsa._domainkey.example.org",
        "weekly-ed25519._domainkey.example.org",
    ]
    assert all((folder / key["file"]).stat().st_mode & 0o777 == 0o600 for key in keys)
    assert all(key["text"].startswith("v=DKIM1; k=") for key in keys)


def test_keys_in_use_are_kept_unless_told_otherwise(folder: Path) -> None:
    assert run().exit_code == 0
    assert isinstance(run().exception, ConfigError)
    assert run("--force").exit_code == 0


@pytest.mark.parametrize(("option", "value"), [("--domain", "https://example.org"), ("--selector", "../up")])
def test_a_name_that_the_dns_can_not_hold_is_refused(folder: Path, option: str, value: str) -> None:
    refused = run(option, value)
    assert isinstance(refused.exception, ConfigError)
    assert str(refused.exception).startswith(f"{option}: not a name for the DNS")
    assert list(folder.iterdir()) == []
