"""`make demo`: the whole program on the site beside this file, in a folder of its own, with a clock of its own.

The copy in .demo/ is kept: a second run rebuilds nothing that did not change and mails nobody twice.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
DEMO = HERE.parent / ".demo"
#: The example's dates are fixed, so its "now" is too: the Thursday on which issue 128 is due.
NOW = "2026-10-08T08:00:00+08:00"


def publisher(*words: str) -> dict[str, Any]:
    """Run a command of the program inside the demo's folder and read its JSON."""
    command = [sys.executable, "-m", "publisher.cli.main", *words, "--config", str(DEMO), "--json"]
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(done.returncode)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def copy_site() -> None:
    """Copy example/ to .demo/, once: what was changed there stays."""
    if not DEMO.exists():
        shutil.copytree(HERE, DEMO, ignore=shutil.ignore_patterns("*.py", "README.md", "__pycache__"))


def unpack_one_mail() -> None:
    """Copy one delivered message to where a mail program opens it, and its HTML to where a browser does."""
    mails = sorted((DEMO / "mailbox" / "new").iterdir())
    (DEMO / "issue.eml").write_bytes(mails[0].read_bytes())
    html = message_from_bytes(mails[0].read_bytes(), policy=policy.default).get_body(("html",))
    (DEMO / "issue.html").write_text(html.get_content() if html else "", encoding="utf-8")


def main() -> None:
    """Build, subscribe, send, and say where to look."""
    copy_site()
    built = publisher("build", "--now", NOW)
    publisher("subscribers", "import", str(DEMO / "subscribers.csv"))
    sent = publisher("send", "weekly", "--now", NOW)
    unpack_one_mail()
    print(story(built, sent))


def story(built: dict[str, Any], sent: dict[str, Any]) -> str:
    """Tell in a dozen lines what was made and where to look."""
    feeds = [file for file in built["files"] if not file["path"].endswith((".html", ".opml"))]
    changed = sum(file["changed"] for file in feeds)
    accepted = sent["run"].get("accepted", 0)
    already = "" if accepted else ": everybody has this issue already (`make demo-again` starts over)"
    in_mailbox = len(list((DEMO / "mailbox" / "new").iterdir()))
    return f"""
遠方週記, a made-up site, as it would be on {NOW[:10]}:
  feeds    {len(feeds)} with {built["entries"]} posts, {changed} of them written just now
           .demo/public/feeds/       rss.xml, atom.xml, feed.json, podcast.xml; one set for each tag and category
           .demo/public/feeds/index.html   all of them, for people
  issue    no. {sent["number"]}: {sent["subject"]}
           .demo/issue.html          open it in a browser, wide and narrow, light and dark
           .demo/issue.eml           open it in a mail program
  mail     {accepted} sent just now{already}
           .demo/mailbox/            a maildir with {in_mailbox} messages
  settings .demo/publisher.toml      change it or a post in .demo/content/, then run `make demo` again
"""


if __name__ == "__main__":
    main()
