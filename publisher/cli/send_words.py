"""What `publisher send` says: to people in sentences, to programs in one JSON object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from publisher.cli.console import say, say_json

if TYPE_CHECKING:
    from publisher.pipeline.send_preview import SendPreview
    from publisher.pipeline.send_report import SendReport
    from publisher.store.plans import Plan

#: How many people are named one by one; --json names them all.
SHOWN = 20

ENDS = {
    "already sent": "was already sent to everybody; nobody gets it twice",
    "sent": "is sent",
    "partly sent": "is sent, but not to everybody",
    "try later": "is not sent to everybody yet; run the command again later",
    "stopped": "could not be sent",
    "canary sent": "is sent to the few who go first; without --canary, the rest gets it",
    "canary failed": "is not sent to the rest: too many of the few who went first failed",
    "cancelled": "was cancelled",
    "not sent": "stands as follows",
}

#: What there is to say of each kind of issue that is for nobody.
NOBODY = {
    "digest": "nobody is subscribed yet\nhint: publisher subscribers add ADDRESS",
    "post": "nobody has asked for a mail about each post\nhint: publisher subscribers set ADDRESS --frequency posts",
    "announcement": "nobody is subscribed yet\nhint: publisher subscribers add ADDRESS",
}


def say_report(report: SendReport, *, as_json: bool) -> None:
    """Say how a send ended."""
    say_json(report_facts(report)) if as_json else say(_sentences(report))


def _sentences(report: SendReport) -> str:
    if report.issue is None:
        return f"{report.newsletter}: nothing new since the last issue, so nothing is sent"
    title = f"{report.issue.label} ({report.issue.subject})"
    if report.plan is None and report.outcome == "not sent":
        return f"{title}: nothing is planned of it yet"
    if report.plan is None:
        return f"{title}: {NOBODY[report.issue.kind]}"
    lines = [f"{title} {ENDS[report.outcome]}"]
    if report.outcome != "not sent":
        lines.append(f"  now       {_counted(report.run) or 'nothing to do'}")
    lines.append(f"  in all    {_counted(report.states)}, of {report.plan.active} active subscribers")
    lines.append(f"  plan      {report.plan.equation}")
    left = {state: number for state, number in report.states.items() if state in ("planned", "deferred")}
    if any(left.values()) and not report.others:
        lines.append(f"  left      {_counted(left)}: run the command again, and it goes on")
    if report.retry_at:
        lines.append(f"  next try  not before {report.retry_at:%Y-%m-%d %H:%M} UTC")
    others = [(one.station.pid, one.station.host, one.id) for one in report.others]
    lines += [f"  at work   process {pid} on {host}, run {run}" for pid, host, run in others]
    if report.certificate_path:
        lines.append(f"  proof     {report.certificate_path}")
    return "\n".join(lines + _troubled(report))


def _counted(counts: Any) -> str:
    return ", ".join(f"{number} {state}" for state, number in sorted(counts.items()) if number)


def _troubled(report: SendReport) -> list[str]:
    """Name those whose mail is in doubt or was not taken, the doubtful first."""
    rows = sorted(report.troubled, key=lambda row: (row.state != "uncertain", row.subscriber_id))
    lines = [f"  {row.state:<9} {row.email}: {row.detail}" for row in rows[:SHOWN]]
    if len(rows) > SHOWN:
        lines.append(f"  … and {len(rows) - SHOWN} more; --json names them")
    if any(row.state == "uncertain" for row in rows):
        lines.append("  uncertain: it may have arrived, so it is not sent again by itself; --resend-uncertain does it")
    return lines


def report_facts(report: SendReport) -> dict[str, Any]:
    """Give a report for programs."""
    facts: dict[str, Any] = {"outcome": report.outcome, "newsletter": report.newsletter}
    facts["problems"] = [str(problem) for problem in report.problems]
    if report.issue is None:
        return facts
    facts |= {"kind": report.issue.kind, "number": report.issue.number, "subject": report.issue.subject}
    facts |= {"content_hash": report.issue.content_hash, "run": dict(report.run), "states": dict(report.states)}
    if report.plan:
        facts |= plan_facts(report.plan)
    facts["troubled"] = [
        {"email": row.email, "state": row.state, "reason": row.reason, "detail": row.detail} for row in report.troubled
    ]
    facts["others"] = [{"run": one.id, "host": one.station.host, "pid": one.station.pid} for one in report.others]
    facts["retry_at"] = report.retry_at.isoformat() if report.retry_at else None
    facts["stopped"] = str(report.stopped) if report.stopped else None
    facts["certificate"] = report.certificate
    facts["certificate_path"] = str(report.certificate_path) if report.certificate_path else None
    return facts


def plan_facts(plan: Plan) -> dict[str, Any]:
    """Give a plan for programs: its equation term by term, and its hash."""
    terms = ("active", "planned", "suppressed", "invalid", "not_interested", "already")
    return {"audience": {term: getattr(plan, term) for term in terms}, "plan_hash": plan.plan_hash}


def say_preview(found: SendPreview, *, as_json: bool) -> None:
    """Say what a send would do."""
    say_json(preview_facts(found)) if as_json else say(_preview_sentences(found))


def _preview_sentences(found: SendPreview) -> str:
    if found.issue is None:
        return f"{found.newsletter}: nothing new since the last issue, so nothing would be sent"
    title = f"{found.issue.label} ({found.issue.subject})"
    waiting = [one for one in found.prospects if one.state in ("planned", "claimed", "deferred")]
    others = [one for one in found.prospects if one.state not in ("planned", "claimed", "deferred")]
    lines = [f"{title} would go to {len(waiting)} of {len(found.prospects)} subscribers; nothing was sent"]
    lines.append(f"  size          {found.message_bytes:,} bytes each, {found.total_bytes:,} in all")
    lines.append(f"  time          {_duration(found)}")
    if found.plan:
        lines += [f"  plan          {found.plan.equation}", f"  plan hash     {found.plan.plan_hash}"]
    lines += [f"  would get it  {one.email}{_topics(one.selection)}" for one in waiting[:SHOWN]]
    lines += [f"  {one.state:<13} {one.email}{': ' if one.detail else ''}{one.detail}" for one in others[:SHOWN]]
    hidden = max(len(waiting) - SHOWN, 0) + max(len(others) - SHOWN, 0)
    return "\n".join(lines + ([f"  … and {hidden} more; --json names them"] if hidden else []))


def _duration(found: SendPreview) -> str:
    if found.duration_s is None or found.rate is None:
        return "not known before the first send"
    return f"about {found.duration_s:,.0f} s at {found.rate:,.1f} messages a second"


def _topics(selection: str) -> str:
    return f" ({', '.join(selection.splitlines())})" if selection else ""


def preview_facts(found: SendPreview) -> dict[str, Any]:
    """Give what a send would do, for programs."""
    facts: dict[str, Any] = {
        "outcome": "preview",
        "newsletter": found.newsletter,
        "problems": [str(problem) for problem in found.problems],
    }
    if found.issue:
        facts |= {"kind": found.issue.kind, "number": found.issue.number, "subject": found.issue.subject}
        facts |= {"message_bytes": found.message_bytes, "total_bytes": found.total_bytes}
        facts |= {"duration_s": found.duration_s, **(plan_facts(found.plan) if found.plan else {})}
        facts["subscribers"] = [
            {
                "email": one.email,
                "name": one.name,
                "state": one.state,
                "detail": one.detail,
                "topics": one.selection.splitlines(),
            }
            for one in found.prospects
        ]
    return facts
