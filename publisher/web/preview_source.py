"""What the preview shows, made again when a file changed: kept in memory, guarded, written nowhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import RLock
from typing import TYPE_CHECKING

from publisher.config import load_config
from publisher.errors import PublisherError
from publisher.pipeline.preview import fingerprint, preview_feeds, preview_issue, preview_part

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from publisher.config import Config
    from publisher.pipeline.preview import FeedsPreview, IssuePreview, Week


@dataclass(slots=True)
class PreviewSource:
    """Reads a site's files for the preview, and keeps what it made of them until one changes."""

    #: publisher.toml, or its folder.
    path: Path
    #: Gives the moment that the preview acts as if it were, for a configuration.
    clock: Callable[[Config], datetime]
    _lock: RLock = field(default_factory=RLock)
    #: State of the files, and the minute, that `_issues` and `_feeds` were made at.
    _made_at: tuple[str, datetime] | None = None
    _issues: dict[tuple[str, Week | None], IssuePreview] = field(default_factory=dict)
    #: What others see of them.
    _parts: dict[tuple[str, Week, str], IssuePreview] = field(default_factory=dict)
    _feeds: FeedsPreview | None = None

    def version(self) -> str:
        """Name the state of the site's files: it changes when a page should be loaded again."""
        root = self.path if self.path.is_dir() else self.path.parent
        try:
            config = self.config()
        except PublisherError:
            return fingerprint(root, None)
        return fingerprint(root, config)

    def config(self) -> Config:
        """Read publisher.toml as it is now."""
        return load_config(self.path)

    def issue(self, name: str, week: Week | None) -> IssuePreview:
        """Make a newsletter's next issue (`pipeline.preview.preview_issue`), once for all the frames of a page."""
        config = self.config()
        now = self.clock(config)
        with self._lock:
            self._forget_what_is_old(now)
            if (name, week) not in self._issues:
                made = preview_issue(config, name, now, week)
                self._issues[name, week] = self._issues[name, made.week] = made
            return self._issues[name, week]

    def part(self, name: str, week: Week | None, part: str) -> IssuePreview:
        """Make what others see of an issue (`pipeline.preview.preview_part`), once for all the frames of a page."""
        config = self.config()
        with self._lock:
            whole = self.issue(name, week)
            key = (name, whole.week, part)
            if key not in self._parts:
                self._parts[key] = preview_part(config, whole, part, self.clock(config))
            return self._parts[key]

    def pictures(self, name: str, week: Week | None) -> dict[str, bytes]:
        """Give the pictures of an issue and of all that was made of it."""
        with self._lock:
            whole = self.issue(name, week)
            parts = [made for (of, when, _), made in self._parts.items() if (of, when) == (name, whole.week)]
            return {path: file for one in (whole, *parts) for path, file in one.report.pictures.items()}

    def feeds(self) -> FeedsPreview:
        """Make every feed (`pipeline.preview.preview_feeds`)."""
        config = self.config()
        now = self.clock(config)
        with self._lock:
            self._forget_what_is_old(now)
            self._feeds = self._feeds or preview_feeds(config, now)
            return self._feeds

    def _forget_what_is_old(self, now: datetime) -> None:
        state = (self.version(), now.replace(second=0, microsecond=0))
        if state != self._made_at:
            self._issues.clear()
            self._parts.clear()
            self._feeds = None
            self._made_at = state
