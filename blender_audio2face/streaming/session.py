"""Receives a face from another program, and sends shown faces to one. Nothing starts by itself."""

import time
from collections.abc import Sequence

import bpy

from ...model.errors import A2FError
from ..core.streaming.address import Address, parse_address
from ..core.streaming.encoders import PORTS, encoder
from ..core.streaming.latest_frames import ReceivedFrame
from ..core.streaming.receiver import Receiver
from ..core.streaming.sender import Sender, send_frame, senders
from ..core.target_plan import TargetPlan
from ..errors import StreamingError
from ..face_override.override import FaceOverride
from ..scene.face_plan import plan_face
from ..scene.redraw import redraw_sidebars
from ..scene.speakers import members_of
from . import receiving_sessions

_TICK_SECONDS = 1 / 60
_STATUS_SECONDS = 0.5


class ReceivingSession:
    """A receiver, and the face that it moves until ``stop``.

    Attributes:
        receiver: reads the packets.
        speaker: the name of the speaker whose face is moved.
    """

    def __init__(self, address: Address, scene, speaker, plans: Sequence[TargetPlan]) -> None:
        """
        Raises:
            StreamingError: the port cannot be bound.
            PlanError: something else moves this face in real time.
        """
        self.receiver = Receiver(address)
        self.speaker = speaker.name
        self._scene = scene.name
        self._subject = scene.audio2face.wire.receive_subject
        self._shown: ReceivedFrame | None = None
        self._redrawn_at = 0.0
        try:
            self._override = FaceOverride(plans, self.stop)
        except BaseException:
            self.receiver.stop()
            raise
        self.receiver.start()
        receiving_sessions.add(self)
        bpy.app.timers.register(self.tick)

    def stop(self) -> None:
        """Ends the thread, frees the port and restores the face; for the main thread."""
        receiving_sessions.discard(self)
        self.receiver.stop()
        self._override.restore()

    def tick(self) -> float | None:
        """Shows the newest frame.

        Returns:
            Seconds until the next tick; None when the session has ended.
        """
        if self not in receiving_sessions:
            return None
        try:
            if self.receiver.error is not None:
                raise StreamingError(self.receiver.error)
            if self._override.lost:
                raise StreamingError(f'Receiving ended: the face of "{self.speaker}" was removed.')
            self._show_newest()
        except A2FError as error:
            self._stop_because(str(error))
            return None
        except BaseException:
            self.stop()
            raise
        return _TICK_SECONDS

    def _show_newest(self) -> None:
        now = time.monotonic()
        frames = self.receiver.frames
        frame = frames.due(now, self._subject)
        if frame is not None and frame is not self._shown:
            self._override.show(frames.names, frame.values)
            send_frame(frame.seconds, frames.names, frame.values)
            self._shown = frame
        if now - self._redrawn_at > _STATUS_SECONDS:
            self._redrawn_at = now
            redraw_sidebars()

    def _stop_because(self, reason: str) -> None:
        """Stops, and tells the panel why: there is no operator that could report it."""
        self.stop()
        scene = bpy.data.scenes.get(self._scene)
        if scene is not None:
            scene.audio2face.wire.told = reason
        redraw_sidebars()


def start_receiving(scene, speaker) -> ReceivingSession:
    """Lets received faces move a speaker's face, until ``stop_receiving``.

    Raises:
        StreamingError: the address or the port cannot be used, or a face is received already.
        PlanError: nothing of the face would move, or something else moves it in real time.
        PresetError: the speaker names an unknown preset.
    """
    if receiving_sessions:
        raise StreamingError("Faces are received already: stop that first.")
    settings = scene.audio2face.wire
    address = parse_address(settings.receive_host, settings.receive_port, bpy.app.online_access)
    plans, _ = plan_face(members_of(speaker), speaker)
    session = ReceivingSession(address, scene, speaker, plans)
    settings.told = ""
    return session


def start_sending(scene) -> Sender:
    """Sends each frame that is shown from now on, until ``stop_sending``.

    Raises:
        StreamingError: the address, port or format cannot be used, or faces are sent already.
    """
    if senders():
        raise StreamingError("The face is sent already: stop that first.")
    settings = scene.audio2face.wire
    encode = encoder(
        settings.send_kind, settings.send_subject, scene.render.fps / scene.render.fps_base
    )
    port = settings.send_port or PORTS[settings.send_kind]
    sender = Sender(parse_address(settings.send_host, port, bpy.app.online_access), encode)
    sender.start()
    return sender
