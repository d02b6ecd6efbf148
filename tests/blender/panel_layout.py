"""Draws panels without a window: a recorder takes the layout's place.

Timers never fire without a window, so ``drawn`` refreshes what the panels show first.
"""

import sys
from types import SimpleNamespace

import bpy


class Recorder:
    """A layout that notes what is drawn on it."""

    def __init__(self, drawn: list | None = None) -> None:
        self.drawn = [] if drawn is None else drawn
        self.enabled = True

    def row(self, **_) -> "Recorder":
        row = Recorder(self.drawn)
        self.drawn.append(row)
        return row

    column = box = row

    def template_list(self, kind: str, _id: str, data: object, name: str, *_, **__) -> None:
        self.drawn.append((kind, len(getattr(data, name))))

    def label(self, text: str, **_) -> None:
        self.drawn.append(("label", text))

    def menu(self, name: str, text: str, **_) -> None:
        self.drawn.append(("menu", text))

    def prop(self, data: object, name: str, **_) -> None:
        self.drawn.append(("prop", name))

    def separator(self) -> None:
        pass

    def progress(self, factor: float, **_) -> None:
        self.drawn.append(("progress", factor))

    def operator(self, name: str, **_) -> SimpleNamespace:
        entry = SimpleNamespace()
        self.drawn.append((name, entry))
        return entry

    def all(self, kind: str) -> list:
        return [item[1] for item in self.drawn if isinstance(item, tuple) and item[0] == kind]

    @property
    def text(self) -> str:
        return " ".join(self.all("label"))

    @property
    def greyed(self) -> bool:
        return any(isinstance(item, Recorder) and not item.enabled for item in self.drawn)


def window_context(*, playing: bool = False) -> SimpleNamespace:
    """What a window gives to a panel, and this bpy has not."""
    return SimpleNamespace(
        scene=bpy.context.scene,
        workspace=bpy.context.workspace,
        view_layer=bpy.context.view_layer,
        preferences=SimpleNamespace(
            system=SimpleNamespace(ui_scale=1.0),  # 0 without a window
            ui_styles=bpy.context.preferences.ui_styles,
        ),
        region=SimpleNamespace(width=280),
        screen=SimpleNamespace(is_animation_playing=playing),
        mode=bpy.context.mode,
    )


def draw(panel_class: type, *, playing: bool = False) -> Recorder:
    """A panel as it is drawn from the state of its last refresh."""
    layout, context = Recorder(), window_context(playing=playing)
    if getattr(panel_class, "poll", lambda _: True)(context):
        panel_class.draw(SimpleNamespace(layout=layout), context)
    return layout


def drawn(panel_class: type, *, playing: bool = False) -> Recorder:
    """A panel as it is drawn once what it shows was refreshed."""
    for name, module in list(sys.modules.items()):
        if name.endswith(".ui.panel_state"):
            module.refresh(window_context())
    return draw(panel_class, playing=playing)
