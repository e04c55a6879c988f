"""Run one command to its end and print its cost: `python -I bench/launch.py REPORT COMMAND [ARGUMENT…]`.

A process of its own, and a small one: Linux lets a child start with its parent's peak memory, so the parent has to be
smaller than anything that is measured. Writes `wall_s cpu_s peak_kib exit_code` to the file REPORT; the command's
output passes through.
"""

import os
import sys
import time


def main() -> None:
    report, command = sys.argv[1], sys.argv[2:]
    started = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(pid, 0)
    wall_s = time.perf_counter() - started
    with open(report, "w") as file:  # noqa: PTH123 - pathlib would double this process
        file.write(
            f"{wall_s} {usage.ru_utime + usage.ru_stime} {usage.ru_maxrss} {os.waitstatus_to_exitcode(status)}\n"
        )


main()
