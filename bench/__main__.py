"""`python -m bench [SECTION…]`: run sections, print their tables, keep every single run on request."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.measure import BenchError
from bench.report import describe_machine, own_versions, save
from bench.sections import Options, run_section, section_names


def main() -> int:
    """Run the sections that were asked for, or all of them."""
    arguments = _parse()
    options = Options(posts=arguments.posts, runs=arguments.runs)
    print(f"{describe_machine()}\n{own_versions()}\n{options.runs} runs each, in turn\n", flush=True)
    results = []
    try:
        for name in arguments.sections or section_names():
            for result in run_section(name, options):
                print(result.as_markdown(), flush=True)
                results.append(result)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    finally:
        if arguments.json:
            save(results, arguments.json)
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=sys.modules["bench"].__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"{', '.join(section_names())}; all if none")
    parser.add_argument("--posts", type=_sizes, default=(1000, 10000), metavar="N,N", help="posts on the sites")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="how often each competitor runs")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep every single run")
    arguments = parser.parse_args()
    for name in arguments.sections:
        if name not in section_names():
            parser.error(f'there is no section "{name}"; there are: {", ".join(section_names())}')
    return arguments


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


if __name__ == "__main__":
    sys.exit(main())
