"""The score per kind and language as a table, and the failures as JSON and HTML."""

import html
import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.embedded import acts, belief
from evals import briefs, chances, dates
from evals.searching import quality

if TYPE_CHECKING:
    from evals.runner import Result, Summary

BELIEF_HEAD = ("asks below", "answered", "right kept %", "wrong answered", "wrong of all %")
HEAD = ("kind", "language", "n", "right", "%", "wrong but confident", "asked back or refused", "p50 ms", "p95 ms")


def rows(summary: "Summary") -> list[tuple[str, ...]]:
    """A row per kind and language, then one per language and store, then all."""
    results = summary.results
    groups: list[tuple[str, str, list[Result]]] = []
    for kind in sorted({each.case.kind for each in results}):
        groups += [(kind, language, [r for r in spoken if r.case.kind == kind]) for language, spoken in _by_language(results)]
    for store in sorted({each.case.store for each in results}):
        groups += [
            (f"all of {store}", language, [r for r in spoken if r.case.store == store]) for language, spoken in _by_language(results)
        ]
    groups += [("all", language, spoken) for language, spoken in _by_language(results)]
    groups.append(("all", "", list(results)))
    return [(kind, language, *_figures(group)) for kind, language, group in groups if group]


def _by_language(results: "Sequence[Result]") -> "list[tuple[str, list[Result]]]":
    return [(language, [r for r in results if r.case.language == language]) for language in ("en", "zh")]


def _figures(group: "Sequence[Result]") -> tuple[str, ...]:
    right, confident = sum(each.right for each in group), sum(each.confident for each in group)
    times = sorted(turn.ms for each in group for turn in each.turns)
    middle, late = times[len(times) // 2], times[min(len(times) - 1, int(len(times) * 0.95))]
    return (
        str(len(group)),
        str(right),
        f"{100 * right / len(group):.1f}",
        str(confident),
        str(len(group) - right - confident),
        str(middle),
        str(late),
    )


def table(summary: "Summary") -> str:
    """The rows as text, columns aligned."""
    return "\n".join([*_lines(HEAD, rows(summary)), *(f"{name}: skipped, {reason}" for name, reason in summary.skipped.items())])


def dates_json() -> list[dict[str, str]]:
    """How the reader of dates does on those that others have labelled."""
    return [dict(zip(dates.HEAD, row, strict=True)) for row in dates.rows()]


def dates_table() -> str:
    """The same as text."""
    return "\n".join(_lines(dates.HEAD, dates.rows()))


def briefs_json(found: "Sequence[briefs.Found]") -> list[dict[str, str]]:
    """How far the briefs of two firms stand on their sources."""
    return [dict(zip(briefs.HEAD, row, strict=True)) for row in briefs.rows(found)]


def briefs_table(found: "Sequence[briefs.Found]") -> str:
    """The same as text, then what is wrong."""
    return "\n".join([*_lines(briefs.HEAD, briefs.rows(found)), *briefs.problems(found)])


def search_json(searched: quality.Searched) -> list[dict[str, str]]:
    """How well search finds, leg by leg."""
    return [dict(zip(quality.HEAD, row, strict=True)) for row in quality.rows(searched.graded)]


def search_table(searched: quality.Searched) -> str:
    """The same as text, then which collections are not here."""
    missing = [f"search {name}: skipped, {reason}" for name, reason in searched.missing.items()]
    return "\n".join([*_lines(quality.HEAD, quality.rows(searched.graded)), *missing])


def chances_json(judged: "Sequence[chances.Judged]") -> list[dict[str, str]]:
    return [dict(zip(chances.HEAD, each.row(), strict=True)) for each in judged]


def chances_table(judged: "Sequence[chances.Judged]") -> str:
    return "\n".join(_lines(chances.HEAD, [each.row() for each in judged]))


def _chances(judged: "chances.Judged", line: Callable[..., str]) -> str:
    """How win chances came true, as a table and a plot."""
    points = judged.points()
    plot = _plot(points) if points else ""
    return f"<h2>Win chances of {html.escape(judged.store)}</h2><table>{line(chances.HEAD, 'th')}{line(judged.row())}</table>{plot}"


def _search(searched: quality.Searched, line: Callable[..., str]) -> str:
    if not searched.graded:
        return ""
    body = "".join(line(row) for row in quality.rows(searched.graded))
    return f"<h2>How well search finds what was labelled</h2><table>{line(quality.HEAD, 'th')}{body}</table>"


def _lines(head: Sequence[str], body: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, *body]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return [_aligned(line, widths) for line in lines]


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    cells = list(zip(line, widths, strict=True))
    return "  ".join([*(cell.ljust(width) for cell, width in cells[:2]), *(cell.rjust(width) for cell, width in cells[2:])])


def failure(result: "Result") -> dict[str, Any]:
    last = result.turns[-1]
    return {
        "id": result.case.id,
        "store": result.case.store,
        "language": result.case.language,
        "kind": result.case.kind,
        "as": result.case.who,
        "split": result.case.split,
        "wrong_but_confident": result.confident,
        "turns": [turn.say for turn in result.turns],
        "got": last.kind,
        "text": last.text,
        "why": why(result),
        "problems": list(last.problems),
        "expected": last.wanted,
    }


def reliability() -> list[tuple[float, float, int]]:
    """Of the speech-act model, on sentences it was not trained on (`evals.acts`): probability said, share right, how many."""
    return [(chance, share, int(count)) for chance, share, count in acts.model().reliability]


def believed() -> list[tuple[float, float, int]]:
    """Of whole readings, on new cases the model was not fitted on (`evals.belief`): chance said, share right, how many."""
    return [(said, share, int(count)) for said, share, count in belief.model()["reliability"]]


def _plot(points: Sequence[tuple[float, float, int]], side: int = 260) -> str:
    """A reliability plot as SVG: on the diagonal a probability means what it says; the larger the dot, the more sentences."""
    most = max((count for _, _, count in points), default=1)
    dots = "".join(
        f'<circle cx="{side * chance:.1f}" cy="{side * (1 - share):.1f}" r="{3 + 9 * (count / most) ** 0.5:.1f}" fill="#2563eb" fill-opacity="0.6">'
        f"<title>said {100 * chance:.1f} %, right {100 * share:.1f} % of {count}</title></circle>"
        for chance, share, count in points
    )
    return (
        f'<svg width="{side + 60}" height="{side + 40}" viewBox="-40 -10 {side + 60} {side + 40}" role="img" aria-label="reliability plot">'
        f'<rect width="{side}" height="{side}" fill="none" stroke="#999"/><line x1="0" y1="{side}" x2="{side}" y2="0" stroke="#999"/>{dots}'
        f'<text x="{side / 2}" y="{side + 22}" text-anchor="middle" font-size="12">probability said</text>'
        f'<text transform="rotate(-90)" x="{-side / 2}" y="-16" text-anchor="middle" font-size="12">share right</text></svg>'
    )


_REASONS = (
    ("crashed", "a fault in the program"),
    ("approval failed", "the store refused what was proposed"),
    ("nobody asked for", "a change was proposed that nobody asked for"),
    ("unasked", "a change beside the one that was asked for"),
    ("not asked for", "a field was filled beside those that were said"),
    ("no update", "a change was not read, or read of other records"),
    ("no new", "a new record was not read"),
    ("no delete", "a removal was not read"),
    (" is None", "a value that was said was not read"),
    ("figure", "another figure: a condition, a period or the measure was read differently"),
    ("row ", "other groups: the grouping or a condition was read differently"),
    ("place ", "another ranking"),
    ("first are", "another order, or other records"),
    ("records", "other records: a condition was dropped, added or read differently"),
    ("citation", "nothing was quoted, or something else"),
    ("expected", "another kind of answer, or another value"),
)


def why(result: "Result") -> str:
    """In words, what went wrong in a case: what it asked back about, or which part of the answer differs from the gold."""
    failed = next((turn for turn in result.turns if turn.problems), None)
    if failed is None:
        return ""
    turn = f"turn {result.turns.index(failed) + 1}: " if len(result.turns) > 1 else ""
    if result.hedged:
        return turn + (
            "taken for something outside its scope, or refused" if failed.kind == "refuse" else "asked back over words it had no place for"
        )
    said = " ".join(failed.problems)
    return turn + next((reason for mark, reason in _REASONS if mark in said), "differs from the gold")


def reasons(summary: "Summary") -> list[tuple[str, int]]:
    """How many false answers each reason has, the commonest first; both halves."""
    counted = Counter(
        why(each).partition(": ")[2] if why(each).startswith("turn ") else why(each) for each in summary.results if not each.right
    )
    return counted.most_common()


def write(summary: "Summary", out: Path, judged: "Sequence[chances.Judged]" = ()) -> list[Path]:
    """`eval.json` with every result, `eval.html` with the table and the failures. The test half is shown by its score only."""
    out.mkdir(parents=True, exist_ok=True)
    failed = [failure(each) for each in summary.results if not each.right]
    shown = [each for each in failed if each["split"] == "dev"]
    content = {
        "brain": summary.brain,
        "score": round(summary.score, 2),
        "cases": len(summary.results),
        "table": [dict(zip(HEAD, row, strict=True)) for row in rows(summary)],
        "failures": shown,
        "failed_tests": {each["id"]: each["why"] for each in failed if each["split"] == "test"},
        "why": reasons(summary),
        "skipped": dict(summary.skipped),
        "dates": dates_json(),
        "reliability": reliability(),
        "believed": {
            "readings": believed(),
            "trade_off": [dict(zip(BELIEF_HEAD, row, strict=True)) for row in belief.model()["trade_off"]],
        },
        "chances": chances_json(judged),
        "search": search_json(summary.searched),
    }
    as_json, as_html = out / "eval.json", out / "eval.html"
    as_json.write_text(json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n", encoding="utf-8")
    as_html.write_text(_page(summary, shown, judged), encoding="utf-8")
    return [as_json, as_html]


def _page(summary: "Summary", failed: Sequence[dict[str, Any]], judged: "Sequence[chances.Judged]") -> str:
    def line(cells: Sequence[object], tag: str = "td") -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(str(cell))}</{tag}>" for cell in cells) + "</tr>"

    body = [
        line(
            [
                each["id"],
                each["language"],
                "WRONG" if each["wrong_but_confident"] else each["got"],
                " → ".join(each["turns"]),
                each["why"],
                "; ".join(each["problems"]),
                each["text"][:600],
            ]
        )
        for each in sorted(failed, key=lambda each: not each["wrong_but_confident"])
    ]
    costs = "".join(line(row) for row in belief.model()["trade_off"])
    head = line(("case", "language", "got", "asked", "why", "problem", "answer"), "th")
    return (
        '<!doctype html><meta charset="utf-8"><title>Rapport evals</title><style>body{font:14px system-ui;margin:2em}'
        "table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.3em .6em;vertical-align:top;text-align:left}</style>"
        f"<h1>{html.escape(summary.brain)}: {summary.score:.1f} % of {len(summary.results)}</h1><table>{line(HEAD, 'th')}"
        f"{''.join(line(row) for row in rows(summary))}</table><h2>Dates that others have labelled</h2>"
        f"<table>{line(dates.HEAD, 'th')}{''.join(line(row) for row in dates.rows())}</table>"
        f"<h2>How far a probability of the brain's speech acts can be believed</h2>{_plot(reliability())}"
        f"<h2>How far its readings can be believed, and what asking back costs</h2>{_plot(believed())}<table>{line(BELIEF_HEAD, 'th')}{costs}</table>"
        f"{''.join(_chances(each, line) for each in judged)}{_search(summary.searched, line)}"
        f"<h2>Why answers were false</h2><table>{line(('reason', 'cases'), 'th')}"
        f"{''.join(line(row) for row in reasons(summary))}</table><h2>Failures of the development half</h2>"
        f"<table>{head}{''.join(body)}</table>\n"
    )
