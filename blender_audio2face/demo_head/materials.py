"""The materials: every colour comes from the mesh, only light and shine differ.

The head is lit by its scene, best by one lamp. Sky light and rim light are part of the materials:
functions of the surface's direction, which need no rays and hence are fast and free of noise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import bpy

COLOUR_ATTRIBUTE = "Colour"
SKY_DIRECTION = (0.45, -0.62, 0.64)


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


SKIN = Finish(0.50, 0.30)
EYES = Finish(0.08, 0.50, base=0.30, rim=0.0)

FINISHES = {
    "Demo Skin": SKIN,
    "Demo Lips": SKIN,
    "Demo Lashes": SKIN,
    "Demo Mouth Cavity": Finish(0.90, 0.0, base=0.25, sky=0.2, rim=0.0),
    "Demo Teeth": Finish(0.20, 0.40, base=0.24, sky=0.22, rim=0.0),
    "Demo Gums": Finish(0.35, 0.40, base=0.30, rim=0.0),
    "Demo Tongue": Finish(0.40, 0.40, base=0.30, rim=0.0),
    "Demo Eyes": EYES,
    "Demo Irises": EYES,
    "Demo Pupils": replace(EYES, solid_metal=1.0),
    "Demo Hair": Finish(0.50, 0.20, rim=1.1),
    "Demo Sweater": Finish(0.90, 0.05, rim=0.9),
}
"""By the names that the head's file uses. Some differ in nothing but their name: as materials of
their own they have their colour in Solid mode too."""


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


def make_material(name: str, colour: list[float]) -> bpy.types.Material:
    """Return a new material with the finish of `name`; `colour` (linear RGB) is for Solid mode.

    Raises KeyError where FINISHES has no such name.
    """
    finish = FINISHES[name]
    material = bpy.data.materials.new(name)
    material.diffuse_color = (*colour, 1.0)
    material.roughness, material.metallic = finish.roughness, finish.solid_metal
    if material.node_tree is None:  # before 5.0
        material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    painted = nodes.new("ShaderNodeVertexColor")
    painted.layer_name = COLOUR_ATTRIBUTE
    surface = next(node for node in nodes if node.type == "BSDF_PRINCIPLED")
    surface.inputs["Roughness"].default_value = finish.roughness
    surface.inputs["Specular IOR Level"].default_value = finish.specular
    links.new(painted.outputs["Color"], surface.inputs["Base Color"])
    links.new(painted.outputs["Color"], surface.inputs["Emission Color"])
    links.new(soft_light(material.node_tree, finish), surface.inputs["Emission Strength"])
    if hasattr(material, "cycles"):  # an add-on, which may be off
        material.cycles.emission_sampling = "NONE"
    return material
