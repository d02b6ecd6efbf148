"""The stage: timeline, cameras, lights and the settings of the picture."""

from __future__ import annotations

from math import radians

import bpy
from mathutils import Vector

FPS = 24
FILM_SIZE = 360
CLOSE_UP_SIZE = (400, 300)


def empty_scene() -> bpy.types.Scene:
    """Return the scene of a new file without objects; the extension stays enabled."""
    bpy.ops.wm.read_homefile(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps = FPS
    scene.render.fps_base = 1.0
    return scene


def fit_to_sentence(scene: bpy.types.Scene) -> None:
    """Make the scene as long as the active strip, which starts at frame 1."""
    strip = scene.sequence_editor.active_strip
    scene.frame_start = 1
    scene.frame_end = strip.frame_final_end - 1


def add_camera(
    scene: bpy.types.Scene, name: str, position: tuple, target: tuple, lens: float
) -> bpy.types.Object:
    """Return a camera at `position` that looks at `target`; `lens` in millimetres."""
    camera = bpy.data.objects.new(name, bpy.data.cameras.new(name))
    camera.data.lens = lens
    camera.location = position
    camera.rotation_euler = (Vector(target) - Vector(position)).to_track_quat("-Z", "Y").to_euler()
    scene.collection.objects.link(camera)
    return camera


def add_cameras(scene: bpy.types.Scene) -> tuple[bpy.types.Object, bpy.types.Object]:
    """Return the film's camera and the one for close-ups of the mouth."""
    film = add_camera(scene, "Film", (1.5, -8.1, -0.05), (0.01, 0, -0.20), 85)
    mouth = add_camera(scene, "Mouth", (0.85, -4.65, -0.52), (0.0, -0.72, -0.55), 125)
    scene.camera = film
    return film, mouth


def add_key_light(scene: bpy.types.Scene) -> None:
    """Light the head with one sharp sun from the front left above.

    Cycles picks one lamp at random for each sample: with a single one there is nothing to pick,
    and few samples give a clean picture. Soft shade is part of the head's colours: the sun itself
    casts no shadow, which would fall across the mouth with a hard edge.
    """
    light = bpy.data.lights.new("Key", "SUN")
    light.energy, light.color, light.angle = 2.3, (1.0, 0.94, 0.86), 0.0
    light.use_shadow = False
    sun = bpy.data.objects.new("Key", light)
    sun.rotation_euler = [radians(angle) for angle in (50, 0, 30)]
    scene.collection.objects.link(sun)


def add_backdrop(scene: bpy.types.Scene) -> None:
    """Paint a soft gradient behind the head; it lights nothing, which keeps the picture clean."""
    world = bpy.data.worlds.new("Backdrop")
    scene.world = world
    world.use_nodes = True
    nodes, links = world.node_tree.nodes, world.node_tree.links
    place = nodes.new("ShaderNodeTexCoord")
    shift = nodes.new("ShaderNodeMapping")
    shift.inputs["Location"].default_value = (-0.55, -0.60, 0)
    shift.inputs["Scale"].default_value = (1.15, 1.15, 0)
    blend = nodes.new("ShaderNodeTexGradient")
    blend.gradient_type = "SPHERICAL"
    colours = nodes.new("ShaderNodeValToRGB")
    colours.color_ramp.elements[0].color = (0.10, 0.15, 0.20, 1)
    colours.color_ramp.elements[1].color = (0.52, 0.62, 0.66, 1)
    links.new(place.outputs["Window"], shift.inputs["Vector"])
    links.new(shift.outputs["Vector"], blend.inputs["Vector"])
    links.new(blend.outputs["Color"], colours.inputs["Fac"])
    links.new(colours.outputs["Color"], nodes["Background"].inputs["Color"])
    world.cycles.sampling_method = "NONE"
    rays = world.cycles_visibility
    rays.diffuse = rays.glossy = rays.transmission = rays.scatter = False


def set_picture(scene: bpy.types.Scene) -> None:
    """Choose settings that look clean on a slow CPU: direct light only, so nothing is noisy."""
    render, cycles = scene.render, scene.cycles
    render.engine = "CYCLES"
    render.resolution_x = render.resolution_y = FILM_SIZE
    scene.view_settings.view_transform = "Standard"
    cycles.device = "CPU"
    cycles.max_bounces = 0
    cycles.use_adaptive_sampling = False
    cycles.use_denoising = False
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.use_light_tree = False
    cycles.light_sampling_threshold = 0.0  # never drop faint light at random
    cycles.samples = 4
