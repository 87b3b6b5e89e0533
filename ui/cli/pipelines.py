"""Set-up without code: pipelines and their stages."""

from typing import Annotated

import typer

from store.errors import InvalidInput
from store.setup import SetupDesk
from ui.cli.asking import Json
from ui.cli.people import As, administrator
from ui.cli.terminal import DONE, listed, opened, print_json, say, table

InPipeline = Annotated[str | None, typer.Option("--pipeline", help="Which pipeline; the first when absent.")]


def register(app: typer.Typer) -> None:
    app.command("pipeline")(pipeline)
    app.command("stage")(stage)


def pipeline(
    action: Annotated[str, typer.Argument(help="add, rename, remove or list.")] = "list",
    name: Annotated[str | None, typer.Argument()] = None,
    stages: Annotated[list[str] | None, typer.Argument(help="add: its stages in order; rename: the new name.")] = None,
    as_: As = None,
    as_json: Json = False,
) -> int:
    """Pipelines: `rapport pipeline add Renewals Due Offered Won Lost`, rename, remove, list."""
    if action not in {"add", "rename", "remove", "list"}:
        raise typer.BadParameter(f"{action!r} is not add, rename, remove or list")
    with opened() as store:
        if action == "list":
            with store.database.reading() as session:
                known = store.schema(session).stages
            names = dict.fromkeys(each.pipeline for each in known)
            rows = [{"pipeline": each, "stages": [s.name for s in known if s.pipeline == each]} for each in names]
            if as_json:
                print_json(rows)
            else:
                table(["pipeline", "stages"], [[row["pipeline"], " → ".join(row["stages"])] for row in rows])
            return DONE
        if not name or (action != "remove" and not stages):
            raise InvalidInput("Which pipeline?", hint="For example: rapport pipeline add Renewals Due Offered Won Lost")
        with store.writing(administrator(store, as_)) as unit:
            desk = SetupDesk(unit)
            if action == "add":
                desk.add_pipeline(name, stages or [])
            elif action == "rename":
                desk.rename_pipeline(name, " ".join(stages or []))
            else:
                desk.remove_pipeline(name)
        say(f"pipeline {name}: {action} done.")
    return DONE


def stage(
    action: Annotated[str, typer.Argument(help="add, set, remove or list.")] = "list",
    name: Annotated[str | None, typer.Argument()] = None,
    in_pipeline: InPipeline = None,
    kind: Annotated[str | None, typer.Option(help="add: open, won or lost.")] = None,
    probability: Annotated[float | None, typer.Option(help="0 to 100.")] = None,
    rename: Annotated[str | None, typer.Option(help="set: the new name.")] = None,
    label_zh: Annotated[str | None, typer.Option(help="What it is called in Chinese.")] = None,
    position: Annotated[int | None, typer.Option(min=1, help="set: its place in the pipeline.")] = None,
    move_to: Annotated[str | None, typer.Option(help="remove: where its deals go.")] = None,
    as_: As = None,
    as_json: Json = False,
) -> int:
    """Stages: `rapport stage add Pilot --probability 60`, set (--rename, --position, …), remove --move-to STAGE, list."""
    if action not in {"add", "set", "remove", "list"}:
        raise typer.BadParameter(f"{action!r} is not add, set, remove or list")
    with opened() as store:
        if action == "list":
            with store.database.reading() as session:
                known = store.schema(session).stages
            rows = [
                {"pipeline": s.pipeline, "stage": s.name, "zh": s.zh, "kind": s.kind, "probability": s.probability}
                for s in known
                if in_pipeline is None or s.pipeline.casefold() == in_pipeline.casefold()
            ]
            return listed(rows, ["pipeline", "stage", "zh", "kind", "%"], as_json)
        if not name:
            raise InvalidInput("Which stage?", hint="See `rapport stage list`.")
        with store.writing(administrator(store, as_)) as unit:
            desk = SetupDesk(unit)
            if action == "add":
                desk.add_stage(name, pipeline=in_pipeline, kind=kind, probability=probability, zh=label_zh)
                say(f"stage {name} added.")
            elif action == "set":
                desk.change_stage(name, pipeline=in_pipeline, new_name=rename, zh=label_zh, probability=probability, position=position)
                say(f"stage {name} changed.")
            else:
                moved = desk.remove_stage(name, pipeline=in_pipeline, move_to=move_to)
                say(f"stage {name} removed, {moved} deal(s) moved.")
    return DONE
