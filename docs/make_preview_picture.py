"""Take docs/preview.png: `publisher preview` on the example, in light and dark, at 1280 pixels and on a phone.

`make pictures` runs this; it needs Chromium and fonts for Chinese.
"""

from __future__ import annotations

import io
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PIL import Image

from docs.chromium import NAMES, Chromium, find_chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = Path(__file__).resolve().parent.parent
_NOW = "2026-10-08T08:00:00+08:00"
_HEIGHT = 900
_GAP = 24


@contextmanager
def preview() -> Iterator[str]:
    """Run the program on the example; gives its address."""
    words = ("preview", "--config", str(_ROOT / "example"), "--now", _NOW)
    command = [sys.executable, "-u", "-m", "publisher.cli.main", *words]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as running:  # noqa: S603 - our own
        assert running.stdout
        said = running.stdout.readline()
        address = re.search(r"http://\S+/", said)
        try:
            yield address[0] if address else sys.exit(f"no address in: {said}")
        finally:
            running.send_signal(signal.SIGINT)


def photograph(browser: Chromium, address: str, width: int, scheme: Literal["light", "dark"]) -> Image.Image:
    """Take one picture of the first view."""
    browser.open(f"{address}mail/weekly/phone", width=width, height=_HEIGHT, scheme=scheme)
    return Image.open(io.BytesIO(browser.picture())).convert("RGB")


def main() -> None:
    """Take the picture that docs/preview.md shows."""
    program = find_chromium() or sys.exit(f"no Chromium found (looked for {', '.join(NAMES)})")
    with preview() as address, Chromium(program) as browser:
        shots = [photograph(browser, address, 1280, "light"), photograph(browser, address, 375, "dark")]
    whole = Image.new("RGB", (sum(shot.width for shot in shots) + _GAP, _HEIGHT), "#777777")
    whole.paste(shots[0], (0, 0))
    whole.paste(shots[1], (shots[0].width + _GAP, 0))
    small = whole.quantize(256, kmeans=2, dither=Image.Dither.FLOYDSTEINBERG)
    small.save(_ROOT / "docs" / "preview.png", optimize=True)


if __name__ == "__main__":
    main()
