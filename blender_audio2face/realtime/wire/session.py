"""A face that another program moves, shown without keys; and the senders that a scene starts.

The one module of this room that imports bpy. Nothing here starts by itself.
"""

import time
from collections.abc import Sequence
from functools import partial

import bpy

from ....model.errors import A2FError
from ...core.target_plan import TargetPlan
from ...scene.face_plan import plan_face
from ...scene.redraw import redraw_sidebars
from ...scene.speakers import members_of
from ..apply import Hold
from . import receiver, sender
from .address import Address, checked
from .encoders import PORTS, encoder
from .errors import WireError
from .inbox import ReceivedFrame

_TICK_SECONDS = 1 / 60
_STATUS_SECONDS = 0.5


class FaceReceiver(receiver.Receiver):
    """A receiver, and the face that it moves.

    Attributes:
        scene: the name of the scene that the speaker is in.
        speaker: the name of the speaker whose face it is.
        subject: whose face is shown on it; empty for the first one.
        hold: what shows values on the face, and gives it back.
        shown: the frame that the face shows now.
        drawn: when the panels were drawn last, on the monotonic clock.
    """

    def __init__(self, address: Address, scene, speaker, plans: Sequence[TargetPlan]) -> None:
        """
        Raises:
            WireError: the port cannot be had.
            PlanError: something else moves this face in real time.
        """
        super().__init__(address)
        self.scene = scene.name
        self.speaker = speaker.name
        self.subject = scene.audio2face.wire.receive_subject
        self.shown: ReceivedFrame | None = None
        self.drawn = 0.0
        try:
            self.hold = Hold(plans, super().stop)
        except BaseException:
            super().stop()
            raise

    def stop(self) -> None:
        """Ends the thread, frees the port and gives the face back; for the main thread."""
        super().stop()
        self.hold.restore()


def start_receiving(scene, speaker) -> FaceReceiver:
    """Lets what comes in move a speaker's face, until ``stop_receiving``.

    Raises:
        WireError: the address or the port cannot be used, or something is received already.
        PlanError: nothing of the face would move, or something else moves it in real time.
        PresetError: the speaker names an unknown preset.
    """
    if receiver.running():
        raise WireError("Faces are received already: stop that first.")
    settings = scene.audio2face.wire
    address = checked(settings.receive_host, settings.receive_port, bpy.app.online_access)
    plans, _ = plan_face(members_of(speaker), speaker, check_effect=False)
    made = FaceReceiver(address, scene, speaker, plans)
    made.start()
    settings.told = ""
    bpy.app.timers.register(partial(tick, made))
    return made


def tick(made: FaceReceiver) -> float | None:
    """Shows the newest frame; seconds until the next look, None when it ended."""
    if made.stopping:
        return None
    try:
        if made.error is not None:
            raise WireError(made.error)
        if made.hold.lost:
            raise WireError(f'Receiving ended: the face of "{made.speaker}" is gone.')
        _show_newest(made)
    except A2FError as error:
        _end(made, str(error))
        return None
    except BaseException:
        made.stop()
        raise
    return _TICK_SECONDS


def stop_receiving() -> None:
    """Ends what is received and puts the face back; nothing where nothing runs."""
    for one in receiver.running():
        one.stop()


def start_sending(scene) -> sender.Sender:
    """Sends each frame that is shown from now on, until ``stop_sending``.

    Raises:
        WireError: the address, the port or the format cannot be used, or something is sent already.
    """
    if sender.running():
        raise WireError("The face is sent already: stop that first.")
    settings = scene.audio2face.wire
    kind = settings.send_kind
    port = settings.send_port or PORTS[kind]
    address = checked(settings.send_host, port, bpy.app.online_access)
    fps = scene.render.fps / scene.render.fps_base
    encode = encoder(kind, settings.send_subject, fps, settings.send_prefix)
    made = sender.Sender(address, encode)
    made.start()
    return made


def stop_sending() -> None:
    """Ends what is sent; nothing where nothing runs."""
    for one in sender.running():
        one.stop()


def _show_newest(made: FaceReceiver) -> None:
    now = time.monotonic()
    frame = made.inbox.due(now, made.subject)
    if frame is not None and frame is not made.shown:
        made.hold.show(made.inbox.names, frame.values)
        sender.show(frame.seconds, made.inbox.names, frame.values)
        made.shown = frame
    if now - made.drawn > _STATUS_SECONDS:
        made.drawn = now
        redraw_sidebars()


def _end(made: FaceReceiver, told: str) -> None:
    """Ends by itself: there is nobody to report to but the panel."""
    made.stop()
    scene = bpy.data.scenes.get(made.scene)
    if scene is not None:
        scene.audio2face.wire.told = told
    redraw_sidebars()
