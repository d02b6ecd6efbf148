"""What drivers and F-curves hide."""

from typing import Any

from ..animation import action_api
from ..core.keys.keyframes import FCurvePath
from .baked_controls import Baked, Check, label


def _drivers(baked: Baked) -> list[tuple[str, Any]]:
    found = []
    for driver in baked.anim.drivers if baked.anim is not None else ():
        channel = FCurvePath(driver.data_path, driver.array_index)
        if channel in baked.channels and not driver.mute:
            found.append((label(baked, channel), driver))
    return found


def _driven(baked: Baked) -> list[str]:
    return [label for label, _ in _drivers(baked)]


def _mute_drivers(baked: Baked, names: tuple[str, ...]) -> None:
    for driver in baked.anim.drivers:
        if label(baked, FCurvePath(driver.data_path, driver.array_index)) in names:
            driver.mute = True


def _muted_curves(baked: Baked) -> list[str]:
    return [label(baked, c) for c, curve in baked.curves() if action_api.is_muted(curve)]


def _unmute_curves(baked: Baked, names: tuple[str, ...]) -> None:
    for channel, curve in baked.curves():
        if label(baked, channel) in names:
            curve.mute = False
            if curve.group is not None:
                curve.group.mute = False


def _modified_curves(baked: Baked) -> list[str]:
    return [
        label(baked, channel)
        for channel, curve in baked.curves()
        if any(not modifier.mute for modifier in curve.modifiers)
    ]


def _mute_modifiers(baked: Baked, names: tuple[str, ...]) -> None:
    for channel, curve in baked.curves():
        if label(baked, channel) in names:
            for modifier in curve.modifiers:
                modifier.mute = True


CHECKS = (
    Check(
        "drivers",
        _driven,
        "Drivers move {}: mute or remove them, then bake again.",
        "Mute Drivers",
        _mute_drivers,
    ),
    Check(
        "muted_curves",
        _muted_curves,
        "Muted F-curves: {}. Tick them in the Graph Editor.",
        "Unmute F-Curves",
        _unmute_curves,
    ),
    Check(
        "modifiers",
        _modified_curves,
        "F-curve modifiers change {}: mute them in the Graph Editor.",
        "Mute Modifiers",
        _mute_modifiers,
    ),
)
