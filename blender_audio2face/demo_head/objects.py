"""From the head's arrays to Blender's meshes, shape keys, materials and objects.

Every colour comes from the mesh; the materials differ only in light and shine. The head is lit by
its scene, best by one lamp. Sky light and rim light are part of the materials: functions of the
surface's direction, which need no rays and hence are fast and free of noise.
"""

from dataclasses import dataclass, replace

import bpy
import numpy as np

from .asset import HeadAsset, Shape

_COLOUR_ATTRIBUTE = "Colour"
_SKY_DIRECTION = (0.45, -0.62, 0.64)


@dataclass(frozen=True)
class Finish:
    """Roughness and specular level of a material, and its light from below, sky and rim.

    `solid_metal` acts in Solid mode only: 1 keeps that mode's highlights off a dark surface.
    """

    roughness: float
    specular: float
    base: float = 0.17
    sky: float = 0.27
    rim: float = 0.30
    solid_metal: float = 0.0


_SKIN = Finish(0.50, 0.30)
_EYES = Finish(0.08, 0.50, base=0.30, rim=0.0)

_FINISHES = {
    "Demo Skin": _SKIN,
    "Demo Lips": _SKIN,
    "Demo Lashes": _SKIN,
    "Demo Mouth Cavity": Finish(0.90, 0.0, base=0.25, sky=0.2, rim=0.0),
    "Demo Teeth": Finish(0.20, 0.40, base=0.24, sky=0.22, rim=0.0),
    "Demo Gums": Finish(0.35, 0.40, base=0.30, rim=0.0),
    "Demo Tongue": Finish(0.40, 0.40, base=0.30, rim=0.0),
    "Demo Eyes": _EYES,
    "Demo Irises": _EYES,
    "Demo Pupils": replace(_EYES, solid_metal=1.0),
    "Demo Hair": Finish(0.50, 0.20, rim=1.1),
    "Demo Sweater": Finish(0.90, 0.05, rim=0.9),
}
"""By the material names of the head's file. Some are alike: as separate materials each has its
colour in Solid mode too."""


def _soft_light(tree: bpy.types.NodeTree, finish: Finish) -> bpy.types.NodeSocket:
    """Return a node socket with base + sky + rim light for the surface's direction.

    The sky is a hemisphere about _SKY_DIRECTION, (1 + n·d) / 2; the rim is facing^4, from behind.
    """
    nodes, links = tree.nodes, tree.links

    def maths(operation: str, a: object, b: float) -> bpy.types.NodeSocket:
        node = nodes.new("ShaderNodeMath")
        node.operation = operation
        links.new(a, node.inputs[0])
        node.inputs[1].default_value = b
        return node.outputs[0]

    geometry = nodes.new("ShaderNodeNewGeometry")
    towards_sky = nodes.new("ShaderNodeVectorMath")
    towards_sky.operation = "DOT_PRODUCT"
    towards_sky.inputs[1].default_value = _SKY_DIRECTION
    links.new(geometry.outputs["Normal"], towards_sky.inputs[0])
    sky = maths("MULTIPLY", towards_sky.outputs["Value"], finish.sky / 2)
    light = maths("ADD", sky, finish.base + finish.sky / 2)
    if not finish.rim:
        return light
    facing = nodes.new("ShaderNodeLayerWeight")
    facing.inputs["Blend"].default_value = 0.5
    rim = maths("MULTIPLY", maths("POWER", facing.outputs["Facing"], 4.0), finish.rim)
    both = nodes.new("ShaderNodeMath")
    links.new(light, both.inputs[0])
    links.new(rim, both.inputs[1])
    return both.outputs[0]


def _make_material(name: str, colour: list[float]) -> bpy.types.Material:
    """Return a new material with the finish of `name`; `colour` (linear RGB) is for Solid mode.

    Raises KeyError where _FINISHES has no such name.
    """
    finish = _FINISHES[name]
    material = bpy.data.materials.new(name)
    material.diffuse_color = (*colour, 1.0)
    material.roughness, material.metallic = finish.roughness, finish.solid_metal
    if material.node_tree is None:  # before 5.0
        material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    painted = nodes.new("ShaderNodeVertexColor")
    painted.layer_name = _COLOUR_ATTRIBUTE
    surface = next(node for node in nodes if node.type == "BSDF_PRINCIPLED")
    surface.inputs["Roughness"].default_value = finish.roughness
    surface.inputs["Specular IOR Level"].default_value = finish.specular
    links.new(painted.outputs["Color"], surface.inputs["Base Color"])
    links.new(painted.outputs["Color"], surface.inputs["Emission Color"])
    links.new(_soft_light(material.node_tree, finish), surface.inputs["Emission Strength"])
    if hasattr(material, "cycles"):  # an add-on, which may be off
        material.cycles.emission_sampling = "NONE"
    return material


def make_objects(asset: HeadAsset) -> list[bpy.types.Object]:
    """Return new objects in no collection yet: the head with its keys, then its children.

    Hair and sweater are objects of their own, as they never deform: Blender prepares them for
    drawing only once.
    """
    materials = [
        _make_material(name, colour)
        for name, colour in zip(asset.materials, asset.material_colours.tolist(), strict=True)
    ]
    objects = [_make_object(shape, materials) for shape in asset.shapes]
    head, *children = objects
    for child in children:
        child.parent = head
    _add_shape_keys(head, asset)
    return objects


def _make_object(shape: Shape, materials: list[bpy.types.Material]) -> bpy.types.Object:
    mesh = bpy.data.meshes.new(shape.name)
    mesh.from_pydata(shape.points, [], shape.quads, shade_flat=False)
    used, slots = np.unique(shape.slots, return_inverse=True)
    for slot in used:
        mesh.materials.append(materials[slot])
    mesh.polygons.foreach_set("material_index", slots.astype(np.int32))
    rgba = np.full((len(shape.points), 4), 1.0, np.float32)
    rgba[:, :3] = shape.colours / np.float32(255)
    attribute = mesh.color_attributes.new(_COLOUR_ATTRIBUTE, "BYTE_COLOR", "POINT")
    attribute.data.foreach_set("color_srgb", rgba.ravel())
    mesh.update(calc_edges=True)
    return bpy.data.objects.new(shape.name, mesh)


def _add_shape_keys(head: bpy.types.Object, asset: HeadAsset) -> None:
    head.shape_key_add(name="Basis", from_mix=False)
    head.data.shape_keys.name = head.name
    points = asset.shapes[0].points
    for name, offset in asset.keys.items():
        key = head.shape_key_add(name=name, from_mix=False)
        key.value = 0.0  # some releases start at 1
        key.data.foreach_set("co", (points + offset).ravel())
