"""Draws panels of horizontal bars as an SVG that is readable on light and on dark pages."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH = 880
MARGIN = 24
GAP = 32
COLUMNS = 2
TOP = 84  # height of title and subtitle
PANEL_TITLE = 30
BAR, STEP = 16, 22
NAME_WIDTH = 118
LABEL_WIDTH = 104

# The background is drawn too, so that the colours have the contrast they were chosen for. The page
# and the reader's system may disagree about light and dark.
STYLE = """
  svg { font-family: -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; }
  .page { fill: #ffffff; } .text { fill: #1f2328; } .soft { fill: #59636e; }
  .peer { fill: #c5ccd5; } .nst { fill: #0f766e; } .strong { font-weight: 600; }
  .nst-label { fill: #0f766e; font-weight: 600; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; } .text { fill: #f0f6fc; } .soft { fill: #9198a1; }
    .peer { fill: #3d444d; } .nst { fill: #2dd4bf; } .nst-label { fill: #2dd4bf; }
  }
"""


@dataclass(frozen=True)
class Bar:
    """One bar: a value, with its name on the left and its label on the right."""

    name: str
    value: float
    label: str
    highlighted: bool


@dataclass(frozen=True)
class Panel:
    """Bars with a common scale."""

    title: str
    bars: list[Bar]

    @property
    def height(self) -> int:
        return PANEL_TITLE + STEP * len(self.bars)


def text(x: float, y: float, size: int, kind: str, content: str, anchor: str = "start") -> str:
    place = f'x="{x:g}" y="{y:g}" font-size="{size}" text-anchor="{anchor}"'
    return f'<text {place} class="{kind}">{escape(content)}</text>'


def draw_bar(bar: Bar, x: float, y: float, scale: float) -> list[str]:
    start, middle = x + NAME_WIDTH, y + BAR - 4
    width = max(1.0, bar.value * scale)
    name_kind = "nst-label" if bar.highlighted else "soft"
    bar_kind = "nst" if bar.highlighted else "peer"
    label_kind = "nst-label" if bar.highlighted else "text"
    box = f'x="{start:g}" y="{y:g}" width="{width:.1f}" height="{BAR}" rx="2"'
    return [
        text(start - 8, middle, 12, name_kind, bar.name, "end"),
        f'<rect {box} class="{bar_kind}"/>',
        text(start + width + 6, middle, 12, label_kind, bar.label),
    ]


def draw_panel(panel: Panel, x: float, y: float, width: float) -> list[str]:
    longest = max(bar.value for bar in panel.bars)
    scale = (width - NAME_WIDTH - LABEL_WIDTH) / longest
    shapes = [text(x, y + 14, 14, "text strong", panel.title)]
    for i, bar in enumerate(panel.bars):
        shapes += draw_bar(bar, x, y + PANEL_TITLE + STEP * i, scale)
    return shapes


def draw(title: str, subtitle: str, panels: list[Panel]) -> str:
    """Returns the whole picture, with two panels in a row."""
    shapes = [
        text(MARGIN, 38, 20, "text strong", title),
        text(MARGIN, 60, 12, "soft", subtitle),
    ]
    width = (WIDTH - 2 * MARGIN - GAP * (COLUMNS - 1)) / COLUMNS
    y = TOP
    for first in range(0, len(panels), COLUMNS):
        in_row = panels[first : first + COLUMNS]
        for column, panel in enumerate(in_row):
            shapes += draw_panel(panel, MARGIN + column * (width + GAP), y, width)
        y += max(panel.height for panel in in_row) + GAP
    height = y - GAP + MARGIN
    size = f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>{STYLE}</style>",
            f'<rect width="{WIDTH}" height="{height}" rx="8" class="page"/>',
            *shapes,
            "</svg>",
            "",
        ]
    )
