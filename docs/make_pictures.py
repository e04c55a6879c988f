"""Take docs/digest*.png: issues at 640 and 375 pixels, in light and dark, as a browser shows them.

digest.png is the example's issue; the others are made-up weeks of three, ten and eighty posts, and one without any
picture. `make pictures` runs this. It needs Chromium and fonts for Chinese; nothing else in the project does, and
nothing is fetched.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # for the script beside this one
from docs.picture_weeks import write_week

_ROOT = Path(__file__).resolve().parent.parent
#: The example's posts have fixed dates, so its clock is fixed, too.
_NOW = "2026-10-08T08:00:00+08:00"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_WIDTHS = (640, 375)
_GAP = 24
#: A picture in docs/ is lighter than this; it gets smaller until it is.
_LIMIT_BYTES = 400_000
_SCALES = (1, 0.75, 0.6, 0.5, 0.4, 0.3)
_COLOURS = 72
_WEEKS: dict[str, dict[str, Any]] = {
    "digest-3": {"posts": 3},
    "digest-10": {"posts": 10, "note": True},
    "digest-80": {"posts": 80},
    "digest-no-pictures": {"posts": 6, "pictures": False},
}
_QUIET = (
    "--headless",
    "--no-sandbox",
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
    """Find a Chromium, or say plainly that there is none."""
    for name in _BROWSERS:
        if path := shutil.which(name):
            return path
    sys.exit(f"no Chromium found (looked for {', '.join(_BROWSERS)}); install one to take pictures")


def page_of(mail: str, widths: tuple[int, ...] = _WIDTHS) -> str:
    """Set the mail side by side in every width and scheme."""
    source = html.escape(mail)
    frames = [_FRAME.format(width=w, scheme=s, mail=source) for w in widths for s in ("light", "dark")]
    return _PAGE.format(gap=_GAP, frames="".join(frames))


def look(page: str, picture: Path | None = None) -> list[dict[str, Any]]:
    """Let a browser lay out the page, and photograph it if `picture` is given.

    Returns height, width and ground colour of each mail as it came out.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "page.html")
        file.write_text(page, encoding="utf-8")
        command = [find_browser(), *_QUIET, f"--user-data-dir={folder}/profile"]
        dom = _run([*command, "--dump-dom", file.as_uri()])
        found = re.search(r'data-measured="([^"]+)"', dom)
        if found is None:
            sys.exit("the browser did not lay out the page")
        measured: list[dict[str, Any]] = json.loads(html.unescape(found[1]))
        if picture:
            width = sum(mail["width"] for mail in measured) + _GAP * (len(measured) - 1)
            height = max(mail["height"] for mail in measured)
            _run([*command, f"--window-size={width},{height}", f"--screenshot={picture.absolute()}", file.as_uri()])
    return measured


def _run(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own arguments


def make_mail(file: Path, site: Path, now: str = _NOW) -> str:
    """Let the program itself make a site's issue, pictures inside."""
    words = ("issue", "weekly", "--config", str(site), "--now", now, "--dry-run", "--output", str(file))
    subprocess.run([sys.executable, "-m", "publisher.cli.main", *words], check=True, cwd=_ROOT)  # noqa: S603 - our own
    return file.read_text(encoding="utf-8")


def shrink(picture: Path) -> None:
    """Write a picture anew with a palette, since a screenshot has few colours, and smaller until it is light enough."""
    with Image.open(picture) as opened:
        image = opened.convert("RGB")
    for scale in _SCALES:
        size = (round(image.width * scale), round(image.height * scale))
        smaller = image if scale == 1 else image.resize(size, Image.Resampling.LANCZOS)
        smaller.quantize(_COLOURS, kmeans=2, dither=Image.Dither.NONE).save(picture, optimize=True)
        if picture.stat().st_size < _LIMIT_BYTES:
            return


def take(name: str, site: Path) -> None:
    """Take docs/<name>.png of a site's issue, and say what the browser measured."""
    picture = _ROOT / "docs" / f"{name}.png"
    with tempfile.TemporaryDirectory() as folder:
        mail = make_mail(Path(folder, "mail.html"), site)
    measured = look(page_of(mail), picture)
    shrink(picture)
    print(name, f"{picture.stat().st_size:,} bytes", *measured, sep="\n  ")  # noqa: T201 - a script answers


def main() -> None:
    """Take the example's picture and those of the made-up weeks; names as arguments choose some of them."""
    find_browser()
    wanted = sys.argv[1:] or ["digest", *_WEEKS]
    if "digest" in wanted:
        take("digest", _ROOT / "example")
    for name in (name for name in _WEEKS if name in wanted):
        with tempfile.TemporaryDirectory() as folder:
            write_week(Path(folder), **_WEEKS[name])
            take(name, Path(folder))


if __name__ == "__main__":
    main()
