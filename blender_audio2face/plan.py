"""What a bake will read and write, decided and checked before anything is touched."""

from dataclasses import dataclass

from .errors import PlanError
from .timing import StripTiming


@dataclass(frozen=True)
class SoundSource:
    """The sound of a strip.

    Attributes:
        label: the file's name, for messages.
        content: absolute path, or the encoded bytes of a packed sound.
    """

    label: str
    content: str | bytes


@dataclass(frozen=True)
class StripPlan:
    """One sound strip, as it was when the plan was made."""

    name: str
    source: SoundSource
    timing: StripTiming


@dataclass(frozen=True)
class KeyedShape:
    """A shape key that will be keyed from a channel, within its slider's range."""

    channel: str
    name: str
    low: float
    high: float


@dataclass(frozen=True)
class MeshPlan:
    """One mesh whose shape keys will be keyed.

    Attributes:
        object_name: the object that was selected.
        shared_by: further selected objects that show the same shape keys.
        key_uid: session_uid of the shape keys' datablock.
        shapes: what will be keyed.
        missing: channels for which there is no shape key.
        passed_over: shape keys that also answer to a channel; left alone.
        driven: shape keys left to their drivers.
        hidden_by: sentences on what will keep the result from showing.
    """

    object_name: str
    shared_by: tuple[str, ...]
    key_uid: int
    shapes: tuple[KeyedShape, ...]
    missing: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    driven: tuple[str, ...] = ()
    hidden_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class SkippedMesh:
    """A selected mesh that will not be keyed, and the reason, which tells what to do."""

    object_name: str
    reason: str


@dataclass(frozen=True)
class BakePlan:
    """Everything a bake will write."""

    strip: StripPlan
    meshes: tuple[MeshPlan, ...]
    skipped: tuple[SkippedMesh, ...]


def check_meshes(meshes: tuple[MeshPlan, ...], skipped: tuple[SkippedMesh, ...]) -> None:
    """Raises PlanError when nothing would move."""
    if meshes:
        return
    if not skipped:
        raise PlanError("No mesh is selected: select the face whose shape keys should speak.")
    reasons = "; ".join(f'"{mesh.object_name}" {mesh.reason}' for mesh in skipped)
    raise PlanError(f"Nothing to key: {reasons}.")
