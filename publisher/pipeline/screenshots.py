"""A mail as a browser shows it: at both widths, in light and dark, photographed by a Chromium that is found."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from publisher.errors import ConfigError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
WIDTHS = (640, 375)
SCHEMES = ("light", "dark")
_GAP = 24
_PATIENCE_S = 120
_QUIET = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--virtual-time-budget=4000",
)
#: A frame of exact width; `color-scheme` on it decides what prefers-color-scheme is inside.
_FRAME = '<iframe style="flex:none;width:{width}px;color-scheme:{scheme};border:0" srcdoc="{mail}"></iframe>'
_PAGE = """<!doctype html><meta charset="utf-8"><body style="margin:0;background:#777;white-space:nowrap">
<div style="display:flex;align-items:flex-start;gap:{gap}px">{frames}</div>
<script>addEventListener("load", () => {{
  const measured = [...document.querySelectorAll("iframe")].map((frame) => {{
    const mail = frame.contentDocument;
    frame.height = mail.documentElement.scrollHeight;
    const ground = frame.contentWindow.getComputedStyle(mail.body).backgroundColor;
    return {{ height: Number(frame.height), width: mail.documentElement.scrollWidth, ground }};
  }});
  document.body.dataset.measured = JSON.stringify(measured);
}});</script>"""


def find_browser() -> str:
    """Find a Chromium. Raises ConfigError when there is none."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    raise ConfigError(
        f"no Chromium found (looked for {', '.join(BROWSERS)})", hint="install one, or write --output mail.html instead"
    )


def page_of(mail: str, widths: tuple[int, ...] = WIDTHS, schemes: tuple[str, ...] = SCHEMES) -> str:
    """Set a mail side by side in every width and scheme."""
    source = html.escape(mail)
    frames = [_FRAME.format(width=w, scheme=s, mail=source) for w in widths for s in schemes]
    return _PAGE.format(gap=_GAP, frames="".join(frames))


def look(page: str, picture: Path | None = None) -> list[dict[str, Any]]:
    """Let a browser lay out the page, and photograph it if `picture` is given.

    Returns height, width and ground colour of each mail as it came out. Nothing is fetched but what the mail shows.
    """
    # A browser goes on tidying its profile for a moment after it has answered.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        file = Path(folder, "page.html")
        file.write_text(page, encoding="utf-8")
        command = [find_browser(), *_QUIET, *_as_root(), f"--user-data-dir={folder}/profile"]
        found = re.search(r'data-measured="([^"]+)"', _run([*command, "--dump-dom", file.as_uri()]))
        if found is None:
            raise ConfigError("the browser did not lay out the mail", hint=f"try another one than {command[0]}")
        measured: list[dict[str, Any]] = json.loads(html.unescape(found[1]))
        if picture:
            width = sum(mail["width"] for mail in measured) + _GAP * (len(measured) - 1)
            height = max(mail["height"] for mail in measured)
            _run([*command, f"--window-size={width},{height}", f"--screenshot={picture.absolute()}", file.as_uri()])
    return measured


def photograph(mail: str, folder: Path, name: str) -> tuple[Path, ...]:
    """Take a picture of a mail in each width and scheme: `<name>-640-light.png` and so on, in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    taken = []
    for width in WIDTHS:
        for scheme in SCHEMES:
            taken.append(folder / f"{name}-{width}-{scheme}.png")
            look(page_of(mail, (width,), (scheme,)), taken[-1])
    return tuple(taken)


def _as_root() -> tuple[str, ...]:
    """Chromium refuses to start as root (in a container, say) with its sandbox."""
    return ("--no-sandbox",) if getattr(os, "geteuid", lambda: 1)() == 0 else ()


def _run(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=_PATIENCE_S)  # noqa: S603 - our own arguments
    except (OSError, subprocess.SubprocessError) as error:
        raise ConfigError(
            f"the browser failed: {error}", hint="write --output mail.html and open it yourself"
        ) from error
    return done.stdout
