"""Other Programs: what is received and sent, and how it goes."""

import time

from .common import SidebarPanel, draw_lines, in_both_sidebars


class AUDIO2FACE_PT_wire(SidebarPanel):
    bl_label = "Other Programs"
    bl_order = 5
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, _context) -> None:
        """Its parts are all there is."""


class AUDIO2FACE_PT_receive(SidebarPanel):
    bl_label = "Receive"
    bl_parent_id = "AUDIO2FACE_PT_wire"

    def draw(self, context) -> None:
        from ...realtime.wire.receiver import running

        layout, settings = self.layout, context.scene.audio2face.wire
        receivers = running()
        _draw_settings(
            layout, settings, ["receive_host", "receive_port", "receive_subject"], not receivers
        )
        if not receivers:
            layout.operator("audio2face.receive", icon="IMPORT")
            if settings.told:
                draw_lines(layout, context, [settings.told], icon="ERROR")
            return
        layout.operator("audio2face.receive_stop", icon="CANCEL", depress=True)
        draw_lines(layout.box(), context, list(_received(receivers[0])))


class AUDIO2FACE_PT_send(SidebarPanel):
    bl_label = "Send"
    bl_parent_id = "AUDIO2FACE_PT_wire"

    def draw(self, context) -> None:
        from ...realtime.wire.sender import running

        layout, settings = self.layout, context.scene.audio2face.wire
        senders = running()
        own = {"LIVE_LINK": ["send_subject"], "OSC": ["send_prefix"]}.get(settings.send_kind, [])
        _draw_settings(layout, settings, ["send_kind", "send_host", "send_port", *own], not senders)
        if not senders:
            layout.operator("audio2face.send", icon="EXPORT")
            return
        layout.operator("audio2face.send_stop", icon="CANCEL", depress=True)
        draw_lines(layout.box(), context, list(_sent(senders[0])))


def _draw_settings(layout, settings, names: list[str], enabled: bool) -> None:
    column = layout.column()
    column.use_property_split = True
    column.use_property_decorate = False
    column.enabled = enabled
    for name in names:
        column.prop(settings, name)


def _sent(running):
    """What went out, line by line."""
    yield f"{running.sent} frames sent"
    if running.failed:
        yield f"{running.failed} failed"
        yield running.error


def _received(running):
    """What came in, line by line."""
    present = running.inbox.present(time.monotonic())
    if not present:
        yield "Nothing came in yet."
    for one in present:
        if one.silent > 1.0:
            state = f"silent for {one.silent:.0f} s"
        else:
            state = "face" if one.face else "no face in sight"
        yield f"{one.subject or '?'}: {state}"
    yield f"{running.received} packets"
    for reason, count in sorted(running.dropped.items()):
        yield f"{count} dropped: {_spelled(reason)}"
    if running.floods:
        yield "More comes in than can be read: something floods this port."


def _spelled(reason: str) -> str:
    """A reason in the artist's language."""
    from ...realtime.wire import live_link_packet as packet
    from ...realtime.wire.inbox import LATE

    return {
        packet.TOO_LONG: "longer than any packet of Live Link Face",
        packet.CUT_OFF: "cut off",
        packet.OTHER_VERSION: "another version of the format",
        packet.BAD_LENGTH: "a name of impossible length",
        packet.BAD_TEXT: "a name that is no text",
        packet.BAD_COUNT: "another number of values than 61",
        packet.NOT_FINITE: "a value that is no number",
        LATE: "overtaken by a newer one",
    }[reason]


CLASSES = in_both_sidebars(AUDIO2FACE_PT_wire, AUDIO2FACE_PT_receive, AUDIO2FACE_PT_send)
