"""The demo's stage: timeline, cameras, lights, the picture's settings, and rendering it."""

import contextlib
import os
import sys
from collections.abc import Iterator
from math import radians
from pathlib import Path

import bpy
from mathutils import Vector

FPS = 24
FILM_SIZE = 360
CLOSE_UP_SIZE = (400, 300)
FILM_SAMPLES, STILL_SAMPLES = 4, 16


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


def set_stage(scene: bpy.types.Scene) -> bpy.types.Object:
    """Add cameras, light and backdrop around the head; return the camera for close-ups."""
    scene.camera = add_camera(scene, "Film", (1.5, -8.1, -0.05), (0.01, 0, -0.20), 85)
    add_key_light(scene)
    add_backdrop(scene)
    set_picture(scene)
    return add_camera(scene, "Mouth", (0.85, -4.65, -0.52), (0.0, -0.72, -0.55), 125)


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
    scene.view_settings.view_transform = "Standard"
    cycles.device = "CPU"
    cycles.max_bounces = 0
    cycles.use_adaptive_sampling = False
    cycles.use_denoising = False
    cycles.caustics_reflective = cycles.caustics_refractive = False
    cycles.use_light_tree = False
    cycles.light_sampling_threshold = 0.0  # never drop faint light at random


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep the renderer's lines (several for each frame, written by C++) off the terminal."""
    sys.stdout.flush()
    terminal = os.dup(1)
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(terminal, 1)
        os.close(terminal)


def print_progress(scene: bpy.types.Scene, *_: object) -> None:
    """Print every twentieth frame that is rendered."""
    if scene.frame_current % 20 == 0:
        print(f"  frame {scene.frame_current} of {scene.frame_end}", file=sys.stderr)


def set_film_output(scene: bpy.types.Scene, path: Path) -> None:
    """Make the scene render to an MP4 file: H.264 with the timeline's sound as AAC."""
    render = scene.render
    render.resolution_x = render.resolution_y = FILM_SIZE
    render.image_settings.file_format = "FFMPEG"
    render.filepath = str(path)
    render.use_file_extension = False
    film = render.ffmpeg
    film.format, film.codec = "MPEG4", "H264"
    film.constant_rate_factor, film.ffmpeg_preset, film.gopsize = "HIGH", "GOOD", 24
    film.audio_codec, film.audio_bitrate = "AAC", 128
    film.audio_channels = "MONO"
    scene.cycles.samples = FILM_SAMPLES


def render_film(scene: bpy.types.Scene, path: Path) -> None:
    """Render all frames of the scene to `path`."""
    set_film_output(scene, path)
    bpy.app.handlers.render_post.append(print_progress)
    with quiet():
        bpy.ops.render.render(animation=True)


def render_still(scene: bpy.types.Scene, camera: bpy.types.Object, frame: int, path: Path) -> None:
    """Render one frame through `camera` to a PNG file, then give the scene its camera back."""
    render, film_camera = scene.render, scene.camera
    render.image_settings.file_format = "PNG"
    render.resolution_x, render.resolution_y = CLOSE_UP_SIZE
    render.filepath = str(path)
    scene.cycles.samples = STILL_SAMPLES
    scene.camera = camera
    scene.frame_set(frame)
    with quiet():
        bpy.ops.render.render(write_still=True)
    scene.camera = film_camera
