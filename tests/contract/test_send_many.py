"""A million readers: planned, and read from a file, in bounded memory. Long; `make test-all` runs it."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from publisher.store.open import open_store
from tests.contract.small_site import NOW, make_site

if TYPE_CHECKING:
    from pathlib import Path

MILLION = 1_000_000
#: A fresh process with everything loaded needs about 80 MB; what is beyond that is what a million people cost.
PLAN_MB, IMPORT_MB = 150, 250

PLAN = """
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from publisher.config import load_config
from publisher.pipeline.audience import plan_audience
from publisher.pipeline.issue import make_issue
from publisher.store.open import open_store
config, now = load_config(Path(sys.argv[1])), datetime.fromisoformat(sys.argv[2])
with closing(open_store(config.store.url, config.root)) as store:
    made = make_issue(config, "weekly", now, store=store)
    with store.begin() as connection:
        plan = plan_audience(connection, made.issue, now)
print(plan.planned, getrusage(RUSAGE_SELF).ru_maxrss // 1024)
"""

IMPORT = """
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from publisher.config import load_config
from publisher.pipeline.subscribers import import_subscribers
from publisher.store.open import open_store
config, now = load_config(Path(sys.argv[1])), datetime.fromisoformat(sys.argv[2])
with closing(open_store(config.store.url, config.root)) as store, open(config.root / "list.csv", "rb") as file:
    report = import_subscribers(store, "weekly", file, "list.csv", now)
print(report.counts["added"], getrusage(RUSAGE_SELF).ru_maxrss // 1024)
"""

FILL = """
INSERT INTO subscribers (newsletter, email, address, name, state, since)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
SELECT 'weekly', email, email, '讀者', 'active', '2026-01-01 00:00:00.000000'
FROM (SELECT i, 'reader' || i || '@mail' || (i % 997) || '.example' AS email FROM n) AS people ORDER BY i
"""


def run(code: str, folder: Path) -> tuple[int, int]:
    """Run in a process of its own. Gives how many people it counted, and its memory at its largest, in MB."""
    words = [sys.executable, "-c", code, str(folder), NOW.isoformat()]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    people, megabytes = done.stdout.split()
    return int(people), int(megabytes)


@pytest.mark.slow
def test_a_million_are_planned_in_bounded_memory(tmp_path: Path, store_url: str) -> None:
    config = make_site(tmp_path, store=store_url)
    with closing(open_store(config.store.url, config.root)) as store, store.begin() as connection:
        connection.execute(text(FILL.format(count=MILLION)))
    people, megabytes = run(PLAN, tmp_path)
    assert people == MILLION
    assert megabytes < PLAN_MB


@pytest.mark.slow
def test_a_file_of_a_million_lines_is_imported_in_bounded_memory(tmp_path: Path) -> None:
    make_site(tmp_path)
    with (tmp_path / "list.csv").open("w", encoding="utf-8") as file:
        file.write("email,name\n")
        file.writelines(f"reader{number}@mail{number % 997}.example,讀者 {number}\n" for number in range(MILLION))
    people, megabytes = run(IMPORT, tmp_path)
    assert people == MILLION
    assert megabytes < IMPORT_MB
