"""What was baked onto a face before: whose it is, and what of it no sound of the speaker plays.

Actions carry what was baked into them, so this also finds bakes of a face that was appended from
another file or copied, or whose speaker was removed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import bpy

from ..animation import action_api, action_properties, nla, remove
from ..core.cached_curves import CachedCurvesError, StripCurves
from ..core.keys.bake_record import Record
from ..core.keys.frame_ranges import Part
from ..core.sound import sound_segment
from ..core.sound.sound_selection import Channel, SoundFile
from ..core.sound.strip_timing import StripTiming
from ..core.target_plan import TargetPlan
from ..errors import PlanError
from ..scene import sequencer_api, strip_id
from ..scene.analysis_cache import timing_of
from ..scene.face_plan import animated_datablocks
from ..scene.resolve_sound import is_same_file
from ..scene.speakers import all_members_of
from . import hand_edits
from .request import BakeRequest

_CLEAR = "Clear Bake takes it out"


@dataclass(frozen=True)
class EarlierBake:
    """The keys of one sound on a face.

    Attributes:
        label: the name of its strip or file when it was baked.
        first, last: frames of its speech.
        library: path of the .blend that its Action is linked from; else empty.
    """

    label: str
    first: int
    last: int
    library: str = ""

    @property
    def place(self) -> str:
        return f"frames {self.first} to {self.last}"

    @property
    def name(self) -> str:
        """For sentences."""
        return f'"{self.label}"' if self.label else "an earlier bake"

    @property
    def sentence(self) -> str:
        """About a bake that is no speaker's."""
        return (
            f"Keys of {self.name}, which no character here has, move the face at {self.place}: "
            f"{_CLEAR}."
        )


@dataclass
class LeftOver:
    """Earlier bakes that are no longer the speaker's sound.

    Attributes:
        gone: key -> what is to be taken out and why, as the end of a sentence.
        kept: sentences about those that stay.
    """

    gone: dict[str, str] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)

    @property
    def sentences(self) -> tuple[str, ...]:
        """For the report."""
        return (*(f"Took out the keys of {what}." for what in self.gone.values()), *self.kept)

    def without_taking_out(self, reason: str) -> "LeftOver":
        """All of it named instead of taken out."""
        instead = [f"Left the keys of {what}; {reason}: {_CLEAR}." for what in self.gone.values()]
        return LeftOver({}, [*instead, *self.kept])


def bakes_on(objects: Iterable[bpy.types.Object]) -> dict[str, EarlierBake]:
    """All that is baked onto a face, by the keys of takes."""
    found: dict[str, EarlierBake] = {}
    for datablock in animated_datablocks(list(objects)):
        anim = datablock.animation_data
        if anim is None:
            continue
        for user in (anim, *(strip for _, strip in nla.strips_of(anim))):
            record = action_properties.record_of(user.action, action_api.slot_of(user))
            if record is None:
                continue
            library = user.action.library
            for key, (first, last) in _spans(record).items():
                before = found.get(key)
                label, path = record.labels.get(key, ""), library.filepath if library else ""
                if before is not None:
                    first, last = min(first, before.first), max(last, before.last)
                    label, path = label or before.label, path and before.library
                found[key] = EarlierBake(label, first, last, path)
    return found


def _spans(record: Record) -> dict[str, tuple[int, int]]:
    """First and last frame of the speech of each strip; of all its frames where none is left."""
    speech: dict[str, tuple[int, int]] = {}
    other: dict[str, tuple[int, int]] = {}
    for each in record.ranges:
        spans = speech if each.part is Part.SPEECH else other
        first, last = spans.get(each.strip, (each.start, each.end - 1))
        spans[each.strip] = (min(first, each.start), max(last, each.end - 1))
    return other | speech


def of_nobody(speaker, objects: Iterable[bpy.types.Object]) -> dict[str, EarlierBake]:
    """What is baked onto a face and is neither a speaker's take nor another one's of that face.

    Args:
        speaker: the face's; None without one.
        objects: the face's.
    """
    objects = list(objects)
    baked = bakes_on(objects)
    for scene in bpy.data.scenes if baked else ():
        for other in scene.audio2face.speakers:
            if _is_same(other, speaker) or _share_a_face(all_members_of(other), objects):
                for take in other.takes:
                    baked.pop(take.name, None)
    return baked


def left_over(
    request: BakeRequest, speaker, objects: Sequence, strips: Sequence[StripCurves]
) -> LeftOver:
    """Which earlier bakes are no longer the speaker's sound, when strips are keyed.

    What the speaker's settings no longer mean is taken out, and so is what the new speech covers:
    all of a sound file, half of anything else. The rest stays and is named.

    Args:
        request: of the bake.
        speaker: whose.
        objects: the face's.
        strips: what is keyed, with its keys.
    """
    new = {strip.key for strip in strips}
    timings = [strip.timing for strip in strips]
    baked = bakes_on(objects)
    found = LeftOver()
    marks = strips_by_mark(speaker.id_data)
    for take in speaker.takes:
        bake = baked.get(take.name)
        if take.name in new or bake is None:
            continue
        why, is_gone = _why_left(request, speaker, take, marks)
        covered = _is_covered(bake, timings)
        if why and (is_gone or covered):
            found.gone[take.name] = f'"{take.label}", {bake.place}: {why}'
        elif take.file and _is_covered(bake, timings, 1.0):
            found.gone[take.name] = f'"{take.label}", {bake.place}: this speech is there now'
        elif why:
            found.kept.append(
                f'"{take.label}" still moves the face at {bake.place}, but {why}: {_CLEAR}.'
            )
    for key, bake in of_nobody(speaker, objects).items():
        if key in new:
            continue
        if _is_covered(bake, timings):
            found.gone[key] = f"{bake.name}, {bake.place}: no character has them"
        else:
            found.kept.append(bake.sentence)
    return found


def why_not_its_sound(speaker, take, marks: dict) -> str:
    """Why what a take was baked from is no longer its speaker's, such as ``it is no longer on
    channel 2``; empty where it is, or where its strip was removed."""
    if take.file:
        is_other = take.is_voice and speaker.source == "FILE" and bool(speaker.file)
        is_other = is_other and not is_same_file(take.file, speaker.file)
        return "the voice is another file now" if is_other else ""
    strip = marks.get(take.name)
    if strip is None or not take.channel:
        return ""
    if sequencer_api.strip_and_parents(strip)[-1].channel != take.channel:
        return f"it is no longer on channel {take.channel}"
    return ""


def strips_by_mark(scene) -> dict:
    """The sound strips of all scenes by their marks: those of a scene before those of others, as of
    copies of it, and those that keep a mark before copies of them."""
    found: dict[str, object] = {}
    for place in (scene, *(other for other in bpy.data.scenes if other != scene)):
        own: dict[str, object] = {}
        for strip in sequencer_api.sound_strips(place):
            uid = strip_id.uid_of(strip)
            if uid and (uid not in own or strip_id.keeps_mark(strip)):
                own[uid] = strip
        found = own | found
    return found


def first_frame_of_file(speaker, take) -> int:
    """Where a sound file begins now: as the speaker's settings say, if it is their voice."""
    own = speaker.source == "FILE" and bool(speaker.file) and bool(take.file)
    if own and is_same_file(take.file, speaker.file):
        same = [each for each in speaker.takes if each.file and is_same_file(each.file, take.file)]
        if len(same) == 1:
            return speaker.file_frame
    return take.first_frame


def clear_elsewhere(speaker, plans: Sequence[TargetPlan], keys: set[str]) -> None:
    """Removes keys from what is part of a speaker's face and no longer keyed with it."""
    keyed = {plan.uid for plan in plans}
    for datablock in animated_datablocks(all_members_of(speaker)):
        anim = datablock.animation_data
        if datablock.session_uid not in keyed and anim is not None and not anim.use_tweak_mode:
            remove.clear(datablock, keys)


def clear(speaker, objects: Sequence, strip: str = "") -> tuple[int, bool]:
    """Removes what was baked onto a face for a speaker, and what no other speaker has.

    Args:
        speaker: whose; None for a face without one.
        objects: the face's.
        strip: only what was baked from the strip or file of this name; empty for all.

    Returns:
        (number of keys, whether anything was there).

    Raises:
        PlanError: a part of the face is in NLA tweak mode, or the keys are in linked Actions.
    """
    takes = list(speaker.takes) if speaker is not None else []
    marks = strips_by_mark(speaker.id_data) if speaker is not None else {}
    own = {take.name for take in takes if not strip or _is_named(take, strip, marks)}
    nobodys = of_nobody(speaker, objects)
    keys = own | {key for key, bake in nobodys.items() if not strip or bake.label == strip}
    face = animated_datablocks(list(objects))
    baked = bakes_on(objects)
    linked = [baked[key] for key in keys if key in baked and baked[key].library]
    if linked and not any(key in baked and not baked[key].library for key in keys):
        raise PlanError(
            f"The keys of {linked[0].name} are in an Action that is linked from "
            f"{linked[0].library}: clear them there, or make the Action local."
        )
    as_baked = [datablock for datablock in face if not hand_edits.is_edited(datablock)]
    count = sum(remove.clear(datablock, keys) for datablock in face)
    for key in own:
        speaker.takes.remove(speaker.takes.find(key))
    for datablock in as_baked:
        hand_edits.remember(datablock)
    return count, bool(keys)


def _is_named(take, name: str, marks: dict) -> bool:
    strip = marks.get(take.name)
    names = {take.label, take.file, strip.name if strip is not None else ""}
    return name in names


def key_of_file(speaker, strip: StripCurves) -> str | None:
    """The key of the take that a sound file's keys are to replace: the same file at frames that it
    shares with it, or a copy of it at the same frame. None where there is none."""
    for take in speaker.takes:
        if take.file and is_same_file(take.file, strip.file):
            if _plays_within(take, strip.timing):
                return take.name
        elif take.file and take.first_frame == strip.timing.left_handle:
            heard = sound_segment.loads(take.heard)
            is_known = heard is not None and strip.segment is not None
            if is_known and heard.digest == strip.segment.digest:
                return take.name
    return None


def key_of_curves(speaker, strip: StripCurves) -> str | None:
    """The key of the take without a sound that curves without a name are to replace: one without a
    name, at frames that it shares with them. None where there is none."""
    for take in speaker.takes:
        is_unnamed = not take.heard and not take.file and take.label == strip.name
        if is_unnamed and _plays_within(take, strip.timing):
            return take.name
    return None


def replaced_elsewhere(objects: Sequence, strips: Sequence[StripCurves]) -> list[str]:
    """Sentences on keys that a bake replaces, far from where the new ones are."""
    baked = bakes_on(objects)
    found = []
    for strip in strips:
        bake, timing = baked.get(strip.key), strip.timing
        if bake is None or (bake.first < timing.right_handle and timing.left_handle <= bake.last):
            continue
        found.append(f'The keys of "{strip.name}" at {bake.place} were replaced.')
    return found


def _why_left(request: BakeRequest, speaker, take, marks: dict) -> tuple[str, bool]:
    """(why a take is no longer the speaker's sound or empty, whether that is sure)."""
    if not take.heard:
        return "", False
    if take.file:
        if request.names_sound or not (take.is_voice or speaker.source == "FILE"):
            return "", False
        if speaker.source != "FILE":
            return "the voice is no sound file any more", False
        if not is_same_file(take.file, speaker.file):
            return "the voice is another file now", take.is_voice
        if take.first_frame != speaker.file_frame:
            return f"the file begins at frame {speaker.file_frame} now", take.is_voice
        return "", False
    strip = marks.get(take.name)
    if strip is None:
        return "its strip was removed", False
    why = why_not_its_sound(speaker, take, marks)
    if why:
        return why, True
    if speaker.source == "FILE" and not request.names_sound:
        return "the voice is a sound file now", False
    if speaker.source == "CHANNEL" and not request.names_sound:
        if take.channel and take.channel != speaker.channel:
            return f"the voice is channel {speaker.channel} now", True
        if sequencer_api.strip_and_parents(strip)[-1].channel != speaker.channel:
            return f"it is not on channel {speaker.channel}", False
        muted = sequencer_api.muted_by(strip.id_data, strip)
        if muted is not None:
            return muted, False
    return "", False


def _is_covered(bake: EarlierBake, timings: Sequence[StripTiming], share: float = 0.5) -> bool:
    """Whether new speech has a share of the frames of an earlier bake, or more."""
    shared = sum(
        max(0, min(bake.last + 1, timing.right_handle) - max(bake.first, timing.left_handle))
        for timing in timings
    )
    return shared >= share * (bake.last + 1 - bake.first)


def _plays_within(take, timing: StripTiming) -> bool:
    try:
        before = timing_of(take)
    except CachedCurvesError:
        return True
    return before.left_handle < timing.right_handle and timing.left_handle < before.right_handle


def _is_same(speaker, other) -> bool:
    if other is None:
        return False
    return speaker.id_data == other.id_data and speaker.name == other.name


def _share_a_face(objects: list, others: list) -> bool:
    return bool(_what_is_keyed(objects) & _what_is_keyed(others))


def _what_is_keyed(objects: list) -> set[tuple[int, int | None]]:
    """What holds the keys of a face: its datablocks, and Actions of the artist's that were baked
    into, which may play on a copy of the face, too. Ours are copied before they are changed."""
    found: set[tuple[int, int | None]] = set()
    for datablock in animated_datablocks(objects):
        found.add((datablock.session_uid, None))
        anim = datablock.animation_data
        if anim is None:
            continue
        for user in (anim, *(strip for _, strip in nla.strips_of(anim))):
            slot = action_api.slot_of(user)
            record = action_properties.record_of(user.action, slot)
            if record is not None and not record.ours:
                found.add((user.action.session_uid, action_api.handle_of(slot)))
    return found


def choice_of(request: BakeRequest) -> tuple[int, bool]:
    """(the channel by which a request chose its strips or 0, whether it chose the sound file that
    the speaker's settings name)."""
    selector = request.selection.selector if request.selection is not None else None
    channel = selector.number if isinstance(selector, Channel) else 0
    return channel, isinstance(selector, SoundFile) and not request.names_sound
