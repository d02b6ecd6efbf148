"""The materials: every colour comes from the mesh, only the shine differs."""

from __future__ import annotations

import bpy

# Slot order of `part.py`: name, roughness, specular level, ambient light.
FINISH = (
    ("Demo Skin", 0.50, 0.30, 0.30),
    ("Demo Mouth Cavity", 0.90, 0.0, 0.30),
    ("Demo Teeth", 0.20, 0.4, 0.55),
    ("Demo Gums", 0.35, 0.4, 0.35),
    ("Demo Tongue", 0.40, 0.4, 0.40),
    ("Demo Eyes", 0.08, 0.5, 0.45),
    ("Demo Hair", 0.50, 0.2, 0.30),
    ("Demo Sweater", 0.90, 0.05, 0.30),
)
COLOUR_ATTRIBUTE = "Colour"


def make_materials() -> list[bpy.types.Material]:
    """Return new materials in slot order.

    A little of each colour is emitted: ambient light without bounces, hence fast and noise-free.
    """
    materials = []
    for name, roughness, specular, ambient in FINISH:
        material = bpy.data.materials.new(name)
        material.use_nodes = True
        nodes, links = material.node_tree.nodes, material.node_tree.links
        colour = nodes.new("ShaderNodeVertexColor")
        colour.layer_name = COLOUR_ATTRIBUTE
        surface = nodes["Principled BSDF"]
        surface.inputs["Roughness"].default_value = roughness
        surface.inputs["Specular IOR Level"].default_value = specular
        surface.inputs["Emission Strength"].default_value = ambient
        links.new(colour.outputs["Color"], surface.inputs["Base Color"])
        links.new(colour.outputs["Color"], surface.inputs["Emission Color"])
        material.cycles.emission_sampling = "NONE"
        materials.append(material)
    return materials
