"""One datablock whose controls show values without keys. Finds all it needs anew, so that nothing
of Blender's that undo or deletion took away is ever touched."""

from collections.abc import Mapping

import numpy as np

from ..animation import property_values
from ..core.keys.keyframes import FCurvePath
from ..core.target_plan import TargetPlan
from ..scene.face_plan import datablock_of
from . import rest


class HeldDatablock:
    """The datablock of a plan. ``rest`` keeps in it what it had before.

    Attributes:
        plan: what is moved.
    """

    def __init__(self, plan: TargetPlan) -> None:
        """Raises GoneError when the datablock is gone."""
        self.plan = plan
        self._shown: Mapping[FCurvePath, float] = {}
        self._names: tuple[str, ...] = ()
        self._places: dict[FCurvePath, int] = {}
        self._known: frozenset[FCurvePath] = frozenset()
        self._found = None
        self.find()

    @property
    def _datablock(self):
        if self._found is None:
            raise ReferenceError("let go")
        return self._found

    def find(self) -> None:
        """Looks the datablock up. Raises GoneError when it is gone."""
        self._found = datablock_of(self.plan)
        self._names = ()
        self._known = frozenset(rest.remembered(self._datablock))

    def let_go(self) -> None:
        """Keeps nothing of Blender's, until ``find``."""
        self._found = None

    @property
    def is_animated(self) -> bool:
        """Whether a change of the frame may set it."""
        anim = self._datablock.animation_data
        return anim is not None and (anim.action is not None or len(anim.nla_tracks) > 0)

    def show(self, columns: Mapping[FCurvePath, float]) -> None:
        """Sets controls; what they had is kept the first time. Raises ReferenceError when the
        datablock is gone."""
        self._shown = columns
        self.show_again()

    def show_again(self) -> None:
        """Sets the controls to what was shown last."""
        if not self._known >= self._shown.keys():
            self._remember(self._shown.keys() | self._known)
        self._set(self._shown)
        self._datablock.update_tag()

    def rest(self) -> None:
        """``give_back``, until something else is shown."""
        self._shown = {}
        if self._known:
            self.give_back()

    def give_back(self) -> None:
        """Sets what was there before."""
        rest.put_back(self._datablock)
        self._known = frozenset()

    def before_frame(self) -> None:
        """Lets the animation find the values from before."""
        self._set(rest.remembered(self._datablock))

    def after_frame(self) -> None:
        """Takes what the animation has set for what is to be given back, and shows on."""
        if self._known:
            self._remember(self._known, afresh=True)
            self.show_again()

    def _remember(self, channels: frozenset[FCurvePath], *, afresh: bool = False) -> None:
        kept = {} if afresh else rest.remembered(self._datablock)
        for channel in channels - kept.keys():
            try:
                kept[channel] = property_values.get(self._datablock, FCurvePath(*channel))
            except (ValueError, IndexError):
                continue  # it was renamed or removed meanwhile
        rest.remember(self._datablock, kept)
        self._known = frozenset(channels)

    def _set(self, columns: Mapping[FCurvePath, float]) -> None:
        if self.plan.kind == "KEY":
            self._set_shapes(columns)
            return
        for channel, value in columns.items():
            property_values.put(self._datablock, FCurvePath(*channel), value)

    def _set_shapes(self, columns: Mapping[FCurvePath, float]) -> None:
        """All at once: 40 times as fast as one by one."""
        blocks = self._datablock.key_blocks
        names = tuple(block.name for block in blocks)
        if names != self._names:
            self._names = names
            self._places = {
                (block.path_from_id("value"), 0): place for place, block in enumerate(blocks)
            }
        present = np.empty(len(names), np.float32)
        blocks.foreach_get("value", present)
        for channel, value in columns.items():
            place = self._places.get(channel)
            if place is not None:
                present[place] = value
        blocks.foreach_set("value", present)
