"""The materials: every colour comes from the mesh, only light and shine differ.

The scene has one lamp, the key. Sky light and rim light are part of the materials: functions of
the surface's direction, which need no rays and hence are fast and free of noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import bpy

COLOUR_ATTRIBUTE = "Colour"
SKY_DIRECTION = (0.45, -0.62, 0.64)


@dataclass(frozen=True)
class Finish:
    """Roughness and specular level of a material, and its light from below, sky and rim."""

    name: str
    roughness: float
    specular: float
    base: float = 0.17
    sky: float = 0.27
    rim: float = 0.30


FINISHES = (
    Finish("Demo Skin", 0.50, 0.30),
    Finish("Demo Mouth Cavity", 0.90, 0.0, base=0.25, sky=0.2, rim=0.0),
    Finish("Demo Teeth", 0.20, 0.40, base=0.24, sky=0.22, rim=0.0),
    Finish("Demo Gums", 0.35, 0.40, base=0.30, rim=0.0),
    Finish("Demo Tongue", 0.40, 0.40, base=0.30, rim=0.0),
    Finish("Demo Eyes", 0.08, 0.50, base=0.30, rim=0.0),
    Finish("Demo Hair", 0.50, 0.20, rim=1.1),
    Finish("Demo Sweater", 0.90, 0.05, rim=0.9),
)
"""In the slot order of `part.py`."""


def soft_light(tree: bpy.types.NodeTree, finish: Finish) -> bpy.types.NodeSocket:
    """Return a node socket with base + sky + rim light for the surface's direction.

    The sky is a hemisphere about SKY_DIRECTION, (1 + n·d) / 2; the rim is facing^4, from behind.
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
    towards_sky.inputs[1].default_value = SKY_DIRECTION
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


def make_material(finish: Finish) -> bpy.types.Material:
    """Return a new material."""
    material = bpy.data.materials.new(finish.name)
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    colour = nodes.new("ShaderNodeVertexColor")
    colour.layer_name = COLOUR_ATTRIBUTE
    surface = nodes["Principled BSDF"]
    surface.inputs["Roughness"].default_value = finish.roughness
    surface.inputs["Specular IOR Level"].default_value = finish.specular
    links.new(colour.outputs["Color"], surface.inputs["Base Color"])
    links.new(colour.outputs["Color"], surface.inputs["Emission Color"])
    links.new(soft_light(material.node_tree, finish), surface.inputs["Emission Strength"])
    material.cycles.emission_sampling = "NONE"
    return material


def make_materials() -> list[bpy.types.Material]:
    """Return new materials in slot order."""
    return [make_material(finish) for finish in FINISHES]
