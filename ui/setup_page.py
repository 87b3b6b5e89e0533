"""The set-up page for administrators: fields, picklists, pipelines and stages, words. Forms that work without JavaScript."""

from collections.abc import Callable
from html import escape
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from store.errors import InvalidInput, RapportError
from store.schema import CUSTOM_KINDS, ENTITY_TYPES
from store.setup import SetupDesk, split_list
from ui.identity import Administrator, CurrentStore
from ui.pages import page
from ui.rest.setup import overview
from ui.web.words import Words, language_of, words

router = APIRouter(include_in_schema=False)
Form = dict[str, str]


def _number(text: str) -> float | None:
    try:
        return float(text) if text.strip() else None
    except ValueError as error:
        raise InvalidInput(f"{text[:40]!r} is not a number.", hint="Write digits, such as 60.") from error


def _add_field(desk: SetupDesk, form: Form) -> None:
    desk.add_field(
        form["entity"], form["name"], form["kind"], values=split_list(form.get("values", "")), label=form.get("label") or None,  # type: ignore[arg-type]
        label_zh=form.get("label_zh") or None, words=split_list(form.get("words", "")), target=form.get("target") or None,
    )  # fmt: skip


ACTIONS: dict[str, Callable[[SetupDesk, Form], Any]] = {
    "add-field": _add_field,
    "remove-field": lambda desk, form: desk.remove_field(form["entity"], form["name"]),
    "add-values": lambda desk, form: desk.add_choices(form["field"], split_list(form["values"])),
    "remove-value": lambda desk, form: desk.remove_choice(form["field"], form["value"], replace_with=form.get("replace_with") or None),
    "add-pipeline": lambda desk, form: desk.add_pipeline(form["name"], split_list(form["stages"])),
    "add-stage": lambda desk, form: desk.add_stage(
        form["name"], pipeline=form["pipeline"], probability=_number(form.get("probability", "")), zh=form.get("zh") or None
    ),
    "change-stage": lambda desk, form: desk.change_stage(
        form["stage"], pipeline=form["pipeline"], new_name=form.get("name") or None, zh=form.get("zh") or None,
        probability=_number(form.get("probability", "")),
    ),
    "remove-stage": lambda desk, form: desk.remove_stage(form["stage"], pipeline=form["pipeline"], move_to=form.get("move_to") or None),
    "add-words": lambda desk, form: desk.add_words(form["subject"], split_list(form["words"])),
    "remove-words": lambda desk, form: desk.remove_words(form["subject"], [form["word"]]),
}  # fmt: skip


@router.get("/setup")
def shown(request: Request, user: Administrator, store: CurrentStore, done: str = "") -> Response:
    """The page."""
    return HTMLResponse(_page(store, user, words(language_of(request.headers)), done=done[:20]))


@router.post("/setup")
async def changed(request: Request, user: Administrator, store: CurrentStore) -> Response:
    """One form of the page; back to it, or the page again with what was wrong."""
    form = {name: str(value)[:2000] for name, value in (await request.form()).items()}
    said = words(language_of(request.headers))
    try:
        act = ACTIONS.get(form.get("action", ""))
        if act is None:
            raise InvalidInput("This form is not one of the page's.", hint="Reload the page.")
        with store.writing(user, door="web") as unit:
            try:
                act(SetupDesk(unit), form)
            except KeyError as missing:
                raise InvalidInput(f"The form lacks {missing}.", hint="Fill in every field.") from missing
    except RapportError as error:
        return HTMLResponse(_page(store, user, said, wrong=str(error)), status_code=422)
    return RedirectResponse(f"/setup?done={quote(form['action'])}", status_code=303)


def _page(store: CurrentStore, user: Administrator, said: Words, *, done: str = "", wrong: str = "") -> str:
    with store.reading(user, door="web") as unit:
        schema = unit.schema
        known = overview(schema)
        labels: dict[str, str] = {name: schema.entity(name).label(said.language) for name in ENTITY_TYPES}
    notice = f'<p class="wrong" role="alert">{escape(wrong)}</p>' if wrong else ""
    if done in ACTIONS:
        notice = f'<p class="done" role="status">{escape(said["setup.done"])}</p>'
    body = f"""<p class="foot back"><a href="/">← {escape(said["setup.back"])}</a></p><h1>{escape(said["setup"])}</h1>
<p>{escape(said["setup.about"])}</p>{notice}{_fields(known, labels, said)}{_pipelines(known, said)}{_picklists(known, said)}
{_words(known, labels, said)}"""
    return page(f"{said['setup']} · Rapport", body, language=said.language, wide=True)


def _form(action: str, button: str, fields: str, *, hidden: dict[str, str] | None = None, quiet: bool = False) -> str:
    kept = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in (hidden or {}).items())
    kind = ' class="quiet"' if quiet else ""
    return (
        f'<form method="post" action="/setup" class="line"><input type="hidden" name="action" value="{action}">{kept}{fields}'
        f"<button{kind}>{escape(button)}</button></form>"
    )


def _input(name: str, label: str, *, required: bool = False, value: str = "") -> str:
    text = escape(label)
    return f'<label>{text}<input name="{name}" value="{escape(value)}" maxlength="1000" {"required" if required else ""}></label>'


def _select(name: str, label: str, options: dict[str, str]) -> str:
    choices = "".join(f'<option value="{escape(value)}">{escape(shown)}</option>' for value, shown in options.items())
    return f'<label>{escape(label)}<select name="{name}">{choices}</select></label>'


def _table(head: list[str], rows: list[list[str]], empty: str) -> str:
    """Cells are HTML already."""
    if not rows:
        return f"<p>{escape(empty)}</p>"
    top = "".join(f"<th>{escape(each)}</th>" for each in head)
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{top}<th></th></tr></thead><tbody>{lines}</tbody></table></div>'


def _fields(known: dict[str, Any], labels: dict[str, str], said: Words) -> str:
    rows = [
        [
            escape(labels[f["entity"]]),
            f"<code>{escape(f['name'])}</code>",
            escape(f["kind"]),
            escape(f["label"]),
            escape(f["label_zh"]),
            _form("remove-field", said["setup.remove"], "", hidden={"entity": f["entity"], "name": f["name"]}, quiet=True),
        ]
        for f in known["fields"]
    ]
    head = [said["setup.record"], said["setup.name"], said["setup.kind"], "English", "中文"]
    fields = (
        _select("entity", said["setup.record"], labels)
        + _input("name", said["setup.name"], required=True)
        + _select("kind", said["setup.kind"], {each: each for each in CUSTOM_KINDS})
        + _input("label", "English")
        + _input("label_zh", "中文")
        + _input("values", said["setup.values"])
        + _input("words", said["setup.words.more"])
        + _select("target", said["setup.target"], {"": "–"} | labels)
    )
    table = _table(head, rows, said["setup.fields.none"])
    return f"<h2>{escape(said['setup.fields'])}</h2>{table}{_form('add-field', said['setup.add'], fields)}"


def _pipelines(known: dict[str, Any], said: Words) -> str:
    parts = []
    for name, stages in known["pipelines"].items():
        rows = []
        for stage in stages:
            hidden = {"pipeline": name, "stage": stage["name"]}
            others = {"": said["setup.move_to"]} | {each["name"]: each["name"] for each in stages if each is not stage}
            change = _form(
                "change-stage",
                said["setup.save"],
                _input("name", said["setup.name"], value=stage["name"])
                + _input("zh", "中文", value=stage["zh"] or "")
                + _input("probability", "%", value=f"{stage['probability']:g}"),
                hidden=hidden,
                quiet=True,
            )
            remove = _form(
                "remove-stage", said["setup.remove"], _select("move_to", said["setup.move_to"], others), hidden=hidden, quiet=True
            )
            rows.append([escape(stage["kind"]), change, remove])
        add = _form(
            "add-stage",
            said["setup.add_stage"],
            _input("name", said["setup.name"], required=True) + _input("zh", "中文") + _input("probability", "%"),
            hidden={"pipeline": name},
        )
        parts.append(
            f"<details><summary>{escape(name)} ({len(stages)})</summary>{_table([said['setup.kind'], ''], rows, '')}{add}</details>"
        )
    fields = _input("name", said["setup.name"], required=True) + _input("stages", said["setup.stages"], required=True)
    return f"<h2>{escape(said['setup.pipelines'])}</h2>{''.join(parts)}{_form('add-pipeline', said['setup.add'], fields)}"


def _picklists(known: dict[str, Any], said: Words) -> str:
    parts = []
    for name, values in known["picklists"].items():
        others = {"": said["setup.replace_with"]} | {each["value"]: each["value"] for each in values}
        rows = [
            [
                escape(each["value"]),
                escape(each["zh"] or ""),
                _form(
                    "remove-value",
                    said["setup.remove"],
                    _select("replace_with", said["setup.replace_with"], others),
                    hidden={"field": name, "value": each["value"]},
                    quiet=True,
                ),
            ]
            for each in values
        ]
        add = _form("add-values", said["setup.add"], _input("values", said["setup.values"], required=True), hidden={"field": name})
        table = _table([said["setup.value"], "中文"], rows, said["setup.values.none"])
        parts.append(f"<details><summary><code>{escape(name)}</code> ({len(values)})</summary>{table}{add}</details>")
    return f"<h2>{escape(said['setup.picklists'])}</h2>{''.join(parts)}"


def _words(known: dict[str, Any], labels: dict[str, str], said: Words) -> str:
    rows = [
        [
            f"<code>{escape(subject)}</code>",
            escape(word),
            _form("remove-words", said["setup.remove"], "", hidden={"subject": subject, "word": word}, quiet=True),
        ]
        for subject, found in known["words"].items()
        for word in found
    ]
    fields = _select("subject", said["setup.means"], labels) + _input("words", said["setup.words.more"], required=True)
    table = _table([said["setup.means"], said["setup.word"]], rows, said["setup.words.none"])
    return f"<h2>{escape(said['setup.words'])}</h2>{table}{_form('add-words', said['setup.add'], fields)}"
