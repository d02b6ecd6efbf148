"""Other Programs: receiving and sending faces."""

import time

from ...streaming import receiving
from .common import SidebarPanel, draw_lines, in_both_sidebars


class AUDIO2FACE_PT_wire(SidebarPanel):
    bl_label = "Other Programs"
    bl_order = 5
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, _context) -> None:
        """All content is in its sub-panels."""


class AUDIO2FACE_PT_receive(SidebarPanel):
    bl_label = "Receive"
    bl_parent_id = "AUDIO2FACE_PT_wire"

    def draw(self, context) -> None:
        layout, settings = self.layout, context.scene.audio2face.wire
        session = receiving()
        names = ["receive_host", "receive_port", "receive_subject"]
        _draw_settings(layout, settings, names, session is None)
        if session is None:
            layout.operator("audio2face.receive", text="Receive", icon="IMPORT")
            if settings.told:
                draw_lines(layout, context, [settings.told], icon="ERROR")
            return
        layout.operator("audio2face.receive_stop", icon="CANCEL", depress=True)
        draw_lines(layout.box(), context, list(_received(session.receiver)))


class AUDIO2FACE_PT_send(SidebarPanel):
    bl_label = "Send"
    bl_parent_id = "AUDIO2FACE_PT_wire"

    def draw(self, context) -> None:
        from ...core.streaming.sender import senders

        layout, settings = self.layout, context.scene.audio2face.wire
        running = senders()
        own = ["send_subject"] if settings.send_kind == "LIVE_LINK" else []
        _draw_settings(layout, settings, ["send_kind", "send_host", "send_port", *own], not running)
        if not running:
            layout.operator("audio2face.send", text="Send", icon="EXPORT")
            return
        layout.operator("audio2face.send_stop", icon="CANCEL", depress=True)
        draw_lines(layout.box(), context, list(_sent(running[0])))


def _draw_settings(layout, settings, names: list[str], enabled: bool) -> None:
    column = layout.column()
    column.use_property_split = True
    column.use_property_decorate = False
    column.enabled = enabled
    for name in names:
        column.prop(settings, name)


def _sent(sender):
    yield f"{sender.sent} frames sent"
    if sender.failed:
        yield f"{sender.failed} failed"
        yield sender.error


def _received(receiver):
    subjects = receiver.frames.subjects()
    if not subjects:
        yield "Nothing came in yet."
    for subject in subjects:
        silent = time.monotonic() - subject.arrived
        if silent > 1.0:
            state = f"silent for {silent:.0f} s"
        else:
            state = "face" if subject.has_face else "no face in sight"
        yield f"{subject.name or '?'}: {state}"
    yield f"{receiver.received} packets"
    for reason, count in sorted(receiver.dropped.items()):
        yield f"{count} dropped: {reason}"
    if receiver.floods:
        yield "More packets arrive than can be read: something floods this port."


CLASSES = in_both_sidebars(AUDIO2FACE_PT_wire, AUDIO2FACE_PT_receive, AUDIO2FACE_PT_send)
