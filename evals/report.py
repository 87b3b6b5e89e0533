"""The score per kind and language as a table, and the failures as JSON and HTML."""

import html
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals import briefs, dates

if TYPE_CHECKING:
    from evals.runner import Result, Summary

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
        "problems": list(last.problems),
        "expected": last.wanted,
    }


def write(summary: "Summary", out: Path) -> list[Path]:
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
        "failed_tests": [each["id"] for each in failed if each["split"] == "test"],
        "skipped": dict(summary.skipped),
        "dates": dates_json(),
    }
    as_json, as_html = out / "eval.json", out / "eval.html"
    as_json.write_text(json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n", encoding="utf-8")
    as_html.write_text(_page(summary, shown), encoding="utf-8")
    return [as_json, as_html]


def _page(summary: "Summary", failed: Sequence[dict[str, Any]]) -> str:
    def line(cells: Sequence[object], tag: str = "td") -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(str(cell))}</{tag}>" for cell in cells) + "</tr>"

    body = [
        line(
            [
                each["id"],
                each["language"],
                "WRONG" if each["wrong_but_confident"] else each["got"],
                " → ".join(each["turns"]),
                "; ".join(each["problems"]),
                each["text"][:600],
            ]
        )
        for each in sorted(failed, key=lambda each: not each["wrong_but_confident"])
    ]
    head = line(("case", "language", "got", "asked", "problem", "answer"), "th")
    return (
        '<!doctype html><meta charset="utf-8"><title>Rapport evals</title><style>body{font:14px system-ui;margin:2em}'
        "table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.3em .6em;vertical-align:top;text-align:left}</style>"
        f"<h1>{html.escape(summary.brain)}: {summary.score:.1f} % of {len(summary.results)}</h1><table>{line(HEAD, 'th')}"
        f"{''.join(line(row) for row in rows(summary))}</table><h2>Dates that others have labelled</h2>"
        f"<table>{line(dates.HEAD, 'th')}{''.join(line(row) for row in dates.rows())}</table><h2>Failures of the development half</h2>"
        f"<table>{head}{''.join(body)}</table>\n"
    )
