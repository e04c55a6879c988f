"""Take docs/digest*.png: issues at 640 and 375 pixels, in light and dark, as a browser shows them.

digest.png is the example's issue; the others are made-up weeks of three, ten and eighty posts, and one without any
picture. `make pictures` runs this. It needs Chromium and fonts for Chinese; nothing else in the project does, and
nothing is fetched.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image

from publisher.pipeline.screenshots import look, page_of

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # for the script beside this one
from docs.picture_weeks import write_week

_ROOT = Path(__file__).resolve().parent.parent
#: The example's posts have fixed dates, so its clock is fixed, too.
_NOW = "2026-10-08T08:00:00+08:00"
#: A picture in docs/ is lighter than this.
_LIMIT_BYTES = 400_000
#: Scale and number of colours, from the best to the lightest.
_ATTEMPTS = ((1, 192), (1, 128), (1, 96), (1, 72), (0.75, 72), (0.6, 72), (0.5, 72), (0.4, 72), (0.3, 72))
_WEEKS: dict[str, dict[str, Any]] = {
    "digest-3": {"posts": 3},
    "digest-10": {"posts": 10, "note": True},
    "digest-80": {"posts": 80},
    "digest-no-pictures": {"posts": 6, "pictures": False},
}


def make_mail(file: Path, site: Path, now: str = _NOW) -> str:
    """Let the program itself make a site's issue, pictures inside."""
    words = ("issue", "weekly", "--config", str(site), "--now", now, "--dry-run", "--output", str(file))
    subprocess.run([sys.executable, "-m", "publisher.cli.main", *words], check=True, cwd=_ROOT)  # noqa: S603 - our own
    return file.read_text(encoding="utf-8")


def shrink(picture: Path) -> None:
    """Write a picture anew with a palette, since a screenshot has few colours: fewer and smaller until it is light."""
    with Image.open(picture) as opened:
        image = opened.convert("RGB")
    for scale, colours in _ATTEMPTS:
        size = (round(image.width * scale), round(image.height * scale))
        smaller = image if scale == 1 else image.resize(size, Image.Resampling.LANCZOS)
        smaller.quantize(colours, kmeans=2, dither=Image.Dither.NONE).save(picture, optimize=True)
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
    wanted = sys.argv[1:] or ["digest", *_WEEKS]
    if "digest" in wanted:
        take("digest", _ROOT / "example")
    for name in (name for name in _WEEKS if name in wanted):
        with tempfile.TemporaryDirectory() as folder:
            write_week(Path(folder), **_WEEKS[name])
            take(name, Path(folder))


if __name__ == "__main__":
    main()
