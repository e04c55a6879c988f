"""What can be said about an issue before it is sent, beyond the rules that every mail must keep (`digest.checks`).

A mail that breaks those rules is never frozen. What is found here lets it leave: a person decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.digest.lint_clients import lint_clients, parse_html
from publisher.digest.lint_contrast import lint_contrast
from publisher.digest.lint_links import lint_links
from publisher.digest.lint_reading import lint_reading
from publisher.digest.lint_words import lint_words

if TYPE_CHECKING:
    from publisher.digest.lint_links import KnownLinks
    from publisher.errors import Problem
    from publisher.model.issue import Issue


def lint_issue(issue: Issue, known: KnownLinks | None = None) -> tuple[Problem, ...]:
    """Look an issue over as clients, filters and readers would: errors first, each doubt once.

    known: what its links may lead to; None leaves that open.
    Rules: mail-client, mail-link, mail-spam, mail-contrast, mail-reading, mail-subject, mail-subject-length,
    mail-preheader-length.
    """
    root = parse_html(issue.html)
    problems = dict.fromkeys(
        (
            *lint_words(issue, root),
            *lint_links(root, known),
            *lint_clients(root),
            *lint_reading(root),
            *lint_contrast(root),
        )
    )
    return tuple(sorted(problems, key=lambda problem: problem.severity != "error"))
