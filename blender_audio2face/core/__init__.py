"""Everything that needs no Blender: sound to curves, curves to keys, rigs, reports. Never bpy."""
