"""Other Programs: what is received and sent, and how it goes."""

import time

from bpy.app.translations import pgettext_rpt

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
        from ..realtime.wire.receiver import running

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
        from ..realtime.wire.sender import running

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
    yield pgettext_rpt("{} frames sent").format(running.sent)
    if running.failed:
        yield pgettext_rpt("{} failed").format(running.failed)
        yield running.error


def _received(running):
    """What came in, line by line."""
    present = running.inbox.present(time.monotonic())
    if not present:
        yield pgettext_rpt("Nothing came in yet.")
    for one in present:
        if one.silent > 1.0:
            state = pgettext_rpt("silent for {:.0f} s").format(one.silent)
        else:
            state = pgettext_rpt("face") if one.face else pgettext_rpt("no face in sight")
        yield f"{one.subject or '?'}: {state}"
    yield pgettext_rpt("{} packets").format(running.received)
    for reason, count in sorted(running.dropped.items()):
        yield pgettext_rpt("{} dropped: {}").format(count, _spelled(reason))
    if running.floods:
        yield pgettext_rpt("More comes in than can be read: something floods this port.")


def _spelled(reason: str) -> str:
    """A reason in the artist's language."""
    from ..realtime.wire import live_link_packet as packet
    from ..realtime.wire.inbox import LATE

    return {
        packet.TOO_LONG: pgettext_rpt("longer than any packet of Live Link Face"),
        packet.CUT_OFF: pgettext_rpt("cut off"),
        packet.OTHER_VERSION: pgettext_rpt("another version of the format"),
        packet.BAD_LENGTH: pgettext_rpt("a name of impossible length"),
        packet.BAD_TEXT: pgettext_rpt("a name that is no text"),
        packet.BAD_COUNT: pgettext_rpt("another number of values than 61"),
        packet.NOT_FINITE: pgettext_rpt("a value that is no number"),
        LATE: pgettext_rpt("overtaken by a newer one"),
    }[reason]


CLASSES = in_both_sidebars(AUDIO2FACE_PT_wire, AUDIO2FACE_PT_receive, AUDIO2FACE_PT_send)
