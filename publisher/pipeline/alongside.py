"""A second process that fills caches while the first one works: what it finishes, the first one finds done.

The two share nothing but the caches on disk, so that nothing has to travel between them: a second process that fails,
or is too late, leaves work undone, and the first one does it and reports what is wrong with it.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

#: Waits until the other process has ended.
Wait = Callable[[], None]


def alongside(work: Callable[[], None]) -> Wait:
    """Begin `work` in a copy of this process; gives what waits for its end.

    Where a process can't be copied safely, the work is left to whoever waits: outside Linux, where a progress bar or
    anything else runs in a thread, on a machine with one processor.
    """
    if not _can_fork():
        return lambda: None
    child = os.fork()
    if child == 0:
        # Neither output that is still in buffers, nor a traceback: that is for the process that does the work again.
        with suppress(BaseException):
            work()
        os._exit(0)
    return lambda: _wait(child)


def _can_fork() -> bool:
    return sys.platform == "linux" and threading.active_count() == 1 and (os.cpu_count() or 1) > 1


def _wait(child: int) -> None:
    with suppress(ChildProcessError):
        os.waitpid(child, 0)
