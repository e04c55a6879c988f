"""Take docs/digest.png: a mail at 640 and 375 pixels, in light and dark, as a browser shows it.

    python docs/make_pictures.py mail.html site-output-folder docs/digest.png

Needs Chromium and fonts for the mail's language; nothing else in the project does. The mail's pictures are taken
from the site's output folder, so nothing is fetched.
"""

from __future__ import annotations

import base64
import html
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_WIDTHS = (640, 375)
_GAP = 24
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
  const frames = [...document.querySelectorAll("iframe")];
  for (const frame of frames) frame.height = frame.contentDocument.documentElement.scrollHeight;
  const tallest = Math.max(...frames.map((frame) => Number(frame.height)));
  const wide = frames.map((frame) => frame.contentDocument.documentElement.scrollWidth).join(" ");
  document.body.dataset.measured = `${{tallest}} ${{wide}}`;
}});</script>"""


def find_browser() -> str:
    """Find a Chromium, or say plainly that there is none."""
    for name in _BROWSERS:
        if path := shutil.which(name):
            return path
    sys.exit(f"no Chromium found (looked for {', '.join(_BROWSERS)}); install one to take pictures")


def embed_pictures(mail: str, output: Path) -> str:
    """Put the site's own pictures into the mail as data: URLs."""

    def data_url(found: re.Match[str]) -> str:
        file = output / found[1]
        kind = "png" if file.suffix == ".png" else "jpeg"
        return f"data:image/{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"

    return re.sub(r"https?://[^\s\"']+?/(email/[0-9a-f]{16}-\d+\.(?:jpg|png))", data_url, mail)


def page_of(mail: str, widths: tuple[int, ...] = _WIDTHS) -> str:
    """Set the mail side by side in every width and scheme."""
    source = html.escape(mail)
    frames = [_FRAME.format(width=w, scheme=s, mail=source) for w in widths for s in ("light", "dark")]
    return _PAGE.format(gap=_GAP, frames="".join(frames))


def take_picture(page: str, picture: Path, scale: float = 1) -> list[int]:
    """Photograph the page; returns the height and each frame's true width."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "page.html")
        file.write_text(page, encoding="utf-8")
        run = [find_browser(), *_QUIET, f"--user-data-dir={folder}/profile", f"--force-device-scale-factor={scale}"]
        dom = subprocess.run([*run, "--dump-dom", file.as_uri()], capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own arguments
        measured = re.search(r'data-measured="([\d ]+)"', dom)
        if measured is None:
            sys.exit("the browser did not lay out the page")
        height, *widths = map(int, measured[1].split())
        size = f"--window-size={sum(widths) + _GAP * (len(widths) - 1)},{height}"
        command = [*run, size, f"--screenshot={picture.absolute()}", file.as_uri()]
        subprocess.run(command, capture_output=True, check=True)  # noqa: S603 - our own arguments
    return [height, *widths]


def main() -> None:
    """Take the picture that the arguments name."""
    mail, output, picture = map(Path, sys.argv[1:4])
    source = embed_pictures(mail.read_text(encoding="utf-8"), output)
    height, *widths = take_picture(page_of(source), picture)
    print(f"{picture}: {height} pixels high; widths {widths}")  # noqa: T201 - a script answers


if __name__ == "__main__":
    main()
