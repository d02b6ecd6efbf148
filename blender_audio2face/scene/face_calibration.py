"""Fits a speaker's mapping to the meshes of its face."""

from ..core.rigs.calibration import Calibration, calibrate
from ..core.rigs.mapping import Mapping
from .face_plan import current_mapping
from .shape_effect import face_shapes
from .speaker_settings import set_mapping
from .speakers import members_of


def calibrate_speaker(speaker) -> tuple[str, ...]:
    """Sets the multipliers of a speaker's mapping, which becomes its own; returns what was found.

    Raises:
        MappingError: jaw and closing lips have no links of their own, or no lips are found.
    """
    calibration = calibrated(members_of(speaker), current_mapping(speaker))
    set_mapping(speaker, calibration.mapping)
    return calibration.findings


def calibrated(objects: list, mapping: Mapping) -> Calibration:
    """A mapping that fits the meshes among the objects, and what was found.

    Raises:
        MappingError: as for ``calibrate_speaker``.
    """
    shapes = face_shapes(objects, whole=True)
    return calibrate(mapping, shapes.names, shapes.points, shapes.offsets)
