"""One datablock whose controls are overridden.

It is looked up again after undo, so that no reference to freed memory of Blender's is ever used.
"""

from collections.abc import Iterable

import numpy as np

from ..animation import property_values
from ..core.keys.keyframes import FCurvePath
from ..core.target_plan import TargetPlan
from ..scene.face_plan import datablock_of
from . import saved_values


class OverriddenDatablock:
    """The datablock of a plan.

    Attributes:
        plan: its controls.
    """

    def __init__(self, plan: TargetPlan) -> None:
        """Raises SceneChangedError when the datablock was removed."""
        self.plan = plan
        self._paths: tuple[FCurvePath, ...] = ()
        self._values = np.zeros(0, np.float32)
        self._saved: frozenset[FCurvePath] = frozenset()
        self._all_saved = False
        self._block_names: list[str] = []
        self._places: np.ndarray | None = None
        self._found = None
        self.find()

    def find(self) -> None:
        """Looks the datablock up. Raises SceneChangedError when it was removed."""
        self._found = datablock_of(self.plan)
        self._places = None
        self._saved = frozenset(saved_values.load(self._datablock))
        self._all_saved = False

    def forget(self) -> None:
        """Drops the reference to the datablock, until ``find``."""
        self._found = None

    def show(self, paths: tuple[FCurvePath, ...], shown: np.ndarray) -> None:
        """Sets controls; what they had before is saved the first time.

        Args:
            paths: N controls.
            shown: float32 [N].

        Raises:
            ReferenceError: the datablock was removed.
        """
        if paths is not self._paths:
            self._paths, self._places, self._all_saved = paths, None, False
        self._values = shown
        self.show_again()

    def show_again(self) -> None:
        """Sets the controls to the values shown last."""
        if not self._all_saved:
            self._save_missing(self._paths)
            self._all_saved = True
        self._set_values()
        self._datablock.update_tag()

    def rest(self) -> None:
        """Restores the values from before, until others are shown."""
        self._paths, self._values, self._places = (), np.zeros(0, np.float32), None
        if self._saved:
            self.restore()

    def restore(self) -> None:
        """Restores the values from before."""
        saved_values.restore(self._datablock)
        self._saved, self._all_saved = frozenset(), False

    def before_frame_change(self) -> None:
        """Lets the animation find the values from before."""
        if not self._is_animated():
            return
        for path, value in saved_values.load(self._datablock).items():
            property_values.put(self._datablock, path, value)

    def after_frame_change(self) -> None:
        """Saves what the animation has set, and shows the overriding values again."""
        if self._saved and self._is_animated():
            saved_values.save(self._datablock, self._read(self._saved))
            self.show_again()

    @property
    def _datablock(self):
        if self._found is None:
            raise ReferenceError("the datablock is not looked up")
        return self._found

    def _is_animated(self) -> bool:
        """Whether a change of the frame may set its values."""
        anim = self._datablock.animation_data
        return anim is not None and (anim.action is not None or len(anim.nla_tracks) > 0)

    def _save_missing(self, paths: Iterable[FCurvePath]) -> None:
        """Saves the present values of controls that are not saved yet."""
        missing = [path for path in paths if path not in self._saved]
        if missing:
            saved = saved_values.load(self._datablock) | self._read(missing)
            saved_values.save(self._datablock, saved)
            self._saved = self._saved | frozenset(missing)

    def _read(self, paths: Iterable[FCurvePath]) -> dict[FCurvePath, float]:
        found = {}
        for path in paths:
            try:
                found[path] = property_values.get(self._datablock, path)
            except (ValueError, IndexError):
                continue  # it was renamed or removed meanwhile
        return found

    def _set_values(self) -> None:
        if self.plan.kind == "KEY":
            self._set_shape_keys()
            return
        for path, value in zip(self._paths, self._values.tolist(), strict=True):
            property_values.put(self._datablock, path, value)

    def _set_shape_keys(self) -> None:
        """Sets all at once, which is 40 times as fast as one by one."""
        blocks = self._datablock.key_blocks
        names = blocks.keys()
        if self._places is None or names != self._block_names:
            self._block_names = names
            place = {FCurvePath(block.path_from_id("value")): i for i, block in enumerate(blocks)}
            self._places = np.array([place.get(path, -1) for path in self._paths], np.intp)
        present = np.empty(len(names) + 1, np.float32)  # the last takes what has no block any more
        blocks.foreach_get("value", present[:-1])
        present[self._places] = self._values
        blocks.foreach_set("value", present[:-1])
