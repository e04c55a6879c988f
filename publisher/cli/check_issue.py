"""`publisher check --issue NAME`: what is doubtful about the next issue, and who understands what it uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from publisher.cli.problems import count, problem_table

if TYPE_CHECKING:
    from publisher.pipeline.preview import IssuePreview


def issue_summary(preview: IssuePreview) -> str:
    """Say in one line what was looked at, and how many doubts there are."""
    issue = preview.report.issue
    if issue is None:
        return f"{preview.newsletter}: nothing new, so there is no issue to check"
    problems = preview.problems
    errors = sum(problem.severity == "error" for problem in problems)
    doubts = [count(errors, "error")] if errors else []
    doubts += [count(len(problems) - errors, "warning")] if len(problems) > errors else []
    told = f"{preview.newsletter} {issue.number}, {count(len(issue.manifest), 'post')}: {issue.subject}"
    return f"{' and '.join(doubts) or 'nothing doubtful'} in {told}"


def issue_table(preview: IssuePreview) -> dict[str, Any]:
    """Say the same for a script, with the table of mail clients (y yes, a partly, n no, u unknown)."""
    from publisher.digest.lint_clients import client_names, client_table

    issue = preview.report.issue
    rows = client_table(issue.html) if issue else ()
    return {
        "newsletter": preview.newsletter,
        "number": issue.number if issue else None,
        "week": preview.week,
        "problems": [problem_table(problem) for problem in preview.problems],
        "clients": [
            {"feature": row.title, "sample": row.sample, **dict(zip(client_names(), row.support, strict=True))}
            for row in rows
        ],
    }
