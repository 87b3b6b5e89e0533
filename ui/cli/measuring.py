"""`rapport bench` and `rapport eval`: the project's own measures."""

import importlib
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ui.cli.asking import Json
from ui.cli.terminal import DONE, hint, print_json, progress, say, table

COMMAND = (sys.executable, "-c", "from ui.cli import main; main()")


def register(app: typer.Typer) -> None:
    app.command("bench")(bench)
    app.command("eval")(evaluate)


def bench(
    scale: Annotated[int | None, typer.Option(min=100, help="Instead: the store's queries at so many generated contacts.")] = None,
    database: Annotated[str, typer.Option(help="With --scale: an empty PostgreSQL database, or one this bench filled.")] = "",
    folder: Annotated[
        Path | None, typer.Option(help="With --scale or --passages: keep the generated store here for the next time.")
    ] = None,
    passages: Annotated[int | None, typer.Option(min=1000, help="Instead: search over so many generated passages.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="With --scale or --passages: variations of each question.")] = 30,
    as_json: Json = False,
) -> int:
    """Measure speed and size here, beside their targets. Takes a few minutes; nothing of yours is touched."""
    shown: Any = importlib.import_module("evals.figures")
    if passages:
        searching: Any = importlib.import_module("evals.scale.searching")
        figures = searching.run(passages, home=folder, rounds=rounds, progress=lambda what: hint(f"… {what}"))
    elif scale:
        sizes: Any = importlib.import_module("evals.scale.run")
        figures = sizes.run(scale, url=database, home=folder, each=rounds, progress=lambda what: hint(f"… {what}"))
    else:
        benches: Any = importlib.import_module("evals.bench")  # the agent comes with it, which other commands do without
        figures = benches.run(COMMAND, progress=lambda what: hint(f"… {what}"))
    if as_json:
        print_json([each.to_json() for each in figures])
    else:
        table(["figure", "here", "target", "", "measured on"], shown.rows(figures))
    return DONE


def evaluate(
    brain: Annotated[str, typer.Option(help="embedded, llm, hybrid or auto.")] = "embedded",
    split: Annotated[str | None, typer.Option(help="dev or test; both when absent.")] = None,
    store: Annotated[str | None, typer.Option(help="demo, larkfield, copperline or maven; all when absent.")] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="A case, a tag, or briefs, actions, drafts, chances, attacks, search; may be given again.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for eval.json and eval.html.")] = None,
    as_json: Json = False,
) -> int:
    """Ask the project's own questions and grade what comes of them."""
    for given, known in ((brain, ("embedded", "llm", "hybrid", "auto")), (split, ("dev", "test")), (store, ("demo", "larkfield", "maven"))):
        if given is not None and given not in known:
            raise typer.BadParameter(f"{given!r} is not one of {', '.join(known)}")
    runner: Any = importlib.import_module("evals.runner")
    report: Any = importlib.import_module("evals.report")
    summary = runner.run(
        brain, split, store=store, only=only or (), out=out, progress=lambda done, total, _case: progress("cases", done, total)
    )
    briefs: Any = importlib.import_module("evals.briefs")
    briefed = briefs.run(only=[name for name in briefs.ADMINS if store in (None, name)]) if not only or "briefs" in only else []
    chances: Any = importlib.import_module("evals.chances")
    judged = chances.run(only=store) if not only or "chances" in only else []
    advice: Any = importlib.import_module("evals.advice")
    sections = [name for name in advice.SECTIONS if not only or name in only]
    advised = [tally for name in sections for tally in advice.run(name, only=store)]
    if only and "attacks" in only:  # some minutes, so only when asked for
        attacks: Any = importlib.import_module("evals.attacks")
        advised.append(attacks.run())
    if as_json:
        shown = [dict(zip(report.HEAD, row, strict=True)) for row in report.rows(summary)]
        print_json(
            {
                "brain": summary.brain,
                "score": round(summary.score, 2),
                "cases": len(summary.results),
                "table": shown,
                "skipped": dict(summary.skipped),
                "dates": report.dates_json(),
                "briefs": report.briefs_json(briefed),
                "chances": report.chances_json(judged),
                "search": report.search_json(summary.searched),
                "advice": [dict(zip(advice.HEAD, row, strict=True)) for each in advised for row in each.rows()],
            }
        )
    else:
        say(report.table(summary))
        say("\n" + report.dates_table())
        if briefed:
            say("\n" + report.briefs_table(briefed))
        if judged:
            say("\n" + report.chances_table(judged))
        if summary.searched.graded or summary.searched.missing:
            say("\n" + report.search_table(summary.searched))
        if advised:
            say("")
            table(advice.HEAD, [row for each in advised for row in each.rows()])
    for line in (line for each in advised for line in each.wrong()):
        hint(line)
    for file in summary.files:
        hint(f"written: {file}")
    return DONE
