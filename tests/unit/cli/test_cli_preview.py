"""`publisher preview` listens on this machine alone, says where, and says plainly what is missing."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx
import pytest
from typer.testing import CliRunner

from publisher.cli.main import make_app
from publisher.errors import ConfigError
from publisher.web.server import HOST, address_of, listen
from tests.preview_samples import a_site

if TYPE_CHECKING:
    from pathlib import Path


def test_it_prints_its_address_and_serves_until_it_is_interrupted(tmp_path: Path) -> None:
    words = ["preview", "--config", str(a_site(tmp_path)), "--now", "2026-10-08T08:00"]
    command = [sys.executable, "-u", "-m", "publisher.cli.main", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            said = running.stdout.readline()
            address = re.search(r"http://127\.0\.0\.1:\d+/", said)
            assert address, said
            page = httpx.get(f"{address[0]}mail/weekly/phone", timeout=60, trust_env=False)
            assert (page.status_code, "山城的雨天" in page.text) == (200, True)
        finally:
            running.send_signal(signal.SIGINT)
        assert running.wait(timeout=60) == 0


def test_a_taken_port_is_said_plainly() -> None:
    with listen(0) as taken:
        assert address_of(taken).startswith(f"http://{HOST}:")
        with pytest.raises(ConfigError, match="can't listen on port"):
            listen(taken.getsockname()[1])


def test_an_unknown_newsletter_and_a_wrong_moment_are_told_before_anything_is_served(tmp_path: Path) -> None:
    a_site(tmp_path)
    for words in (["weakly"], ["--now", "noon"]):
        result = CliRunner().invoke(make_app(), ["preview", *words, "--config", str(tmp_path)])
        assert isinstance(result.exception, ConfigError)


@pytest.mark.parametrize("missing", ["starlette", "uvicorn"])
def test_what_is_not_installed_is_named_with_the_command_that_installs_it(tmp_path: Path, missing: str) -> None:
    program = f"import sys; sys.modules[{missing!r}] = None; from publisher.cli.main import main; main()"
    command = [sys.executable, "-c", program, "preview", "--config", str(a_site(tmp_path))]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert f"publisher preview needs {missing}, which is not installed" in done.stderr
    assert "hint: pip install 'publisher[web]'" in done.stderr
