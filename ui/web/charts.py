"""A picture of grouped figures, where one says more than its table: bars for a ranking, a line for a course over time.

Drawn by the Plotly that comes with Gradio, from this machine; the colours are the page's (`style.css`). The table stays under it.
"""

import json
import re
from html import escape
from typing import Any, Literal

from ui.web.shown import figure_text, labelled
from ui.web.words import Words

Kind = Literal["bars", "line"]
LEAST, BARS, POINTS = 3, 15, 120  # fewer groups say as much in words; of more bars the first are drawn
_PERIOD = re.compile(r"\d{4}(-(\d\d|Q[1-4]|W\d\d|\d\d-\d\d))?")
_ROW, _EDGES, _TALL = 30, 46, 260  # pixels
_BESIDE = 0.38  # of the longest bar
_LABEL = 34  # characters of a name beside its bar


def chart_of(measure: dict[str, Any] | None, said: Words) -> dict[str, Any] | None:
    """Plotly's JSON for the figures of an answer, or None when there is nothing to see."""
    if measure is None:
        return None
    rows = labelled(measure, said)
    values = [_number(row[1]) for row in rows]
    if len(measure["columns"]) < 2 or len(rows[0][0]) != 1 if rows else True:
        return None
    if len([each for each in values if each is not None]) < LEAST or len(set(values)) < 2:
        return None
    names = [label[0] for label, *_ in rows]
    if all(_PERIOD.fullmatch(name) for name in names):
        return _line(measure, names[-POINTS:], rows[-POINTS:], said)
    return _bars(measure, names[:BARS], rows[:BARS], said)


def _bars(measure: dict[str, Any], names: list[str], rows: list[Any], said: Words) -> dict[str, Any]:
    shown = [name if len(name) <= _LABEL else f"{name[: _LABEL - 1]}…" for name in names]
    places = list(range(len(names)))  # two of one name are two bars
    texts = [figure_text(row[1], measure.get("unit") or "", said) for row in rows]
    values = [_number(row[1]) for row in rows]
    trace = {
        "type": "bar", "orientation": "h", "x": values, "y": places, "text": [_plain(each) for each in texts],
        "texttemplate": "\u00a0%{text}", "textposition": "outside", "textfont": {"size": 12},
        "cliponaxis": False, "hovertext": [_plain(name) for name in names],
        "hovertemplate": "%{hovertext}: %{text}<extra></extra>",
    }  # fmt: skip
    layout = _layout(_EDGES + _ROW * len(names))
    layout["yaxis"] |= {
        "autorange": "reversed", "tickmode": "array", "tickvals": places, "ticktext": [_plain(name) for name in shown], "automargin": True,
        "ticks": "outside", "ticklen": 5, "tickcolor": "rgba(0,0,0,0)",
    }  # fmt: skip
    layout["xaxis"] |= {"showticklabels": False, "showgrid": False, "range": _reach([each or 0.0 for each in values])}
    return _figure([trace], layout)


def _reach(values: list[float]) -> list[float]:
    """From the least to the greatest, with room beside the longest bars for what they say."""
    low, high = min(0.0, *values), max(0.0, *values)
    room = (high - low) * _BESIDE
    return [low - room if low < 0 else 0.0, high + room if high > 0 else 0.0]


def _line(measure: dict[str, Any], names: list[str], rows: list[Any], said: Words) -> dict[str, Any]:
    found = dict(zip(names, rows, strict=True))
    course = _course(names[0], names[-1])
    course = course if set(names) <= set(course) else names
    texts = [figure_text(found[each][1], measure.get("unit") or "", said) if each in found else said["table.none"] for each in course]
    trace = {
        "type": "scatter", "mode": "lines+markers", "x": course,
        "y": [_number(found[each][1]) if each in found else None for each in course],
        "text": [_plain(each) for each in texts], "hovertemplate": "%{x}: %{text}<extra></extra>",
    }  # fmt: skip
    layout = _layout(_TALL)
    layout["xaxis"] |= {"type": "category", "nticks": 8, "showgrid": False}
    layout["yaxis"] |= {"rangemode": "tozero", "nticks": 5, "ticksuffix": "%" if measure.get("unit") == "%" else "", "automargin": True}
    return _figure([trace], layout)


def _course(first: str, last: str) -> list[str]:
    """Every month, quarter or year from the first to the last: one without figures is a gap, not left out."""
    begun, ended = (re.fullmatch(r"(\d{4})(?:-(Q?)(\d{1,2}))?", each) for each in (first, last))
    if not begun or not ended or (begun[2], begun[3] is None) != (ended[2], ended[3] is None):
        return []
    years = range(int(begun[1]), int(ended[1]) + 1)
    if begun[3] is None:
        return [str(year) for year in years]
    parts = [f"Q{part}" for part in range(1, 5)] if begun[2] else [f"{part:02d}" for part in range(1, 13)]
    return [each for year in years for part in parts if first <= (each := f"{year}-{part}") <= last]


def _layout(height: int) -> dict[str, Any]:
    axis = {"fixedrange": True, "zeroline": False}
    return {
        "height": height, "margin": {"l": 8, "r": 34, "t": 12, "b": 34}, "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
        "xaxis": dict(axis), "yaxis": dict(axis), "dragmode": False, "showlegend": False, "bargap": 0.35, "font": {"size": 13, "family": "inherit"},
    }  # fmt: skip


def _figure(data: list[dict[str, Any]], layout: dict[str, Any]) -> dict[str, Any]:
    return {"data": data, "layout": layout, "config": {"displayModeBar": False, "displaylogo": False, "scrollZoom": False}}


def drawn(chart: dict[str, Any]) -> str:
    return json.dumps(chart, ensure_ascii=False)


def _number(value: str | None) -> float | None:
    """How long a bar is; what is written beside it is the figure itself."""
    try:
        return None if value is None else float(value)
    except ValueError:
        return None


def _plain(text: str) -> str:
    """Plotly reads tags and links in its texts: names are names."""
    return escape(text, quote=False)
