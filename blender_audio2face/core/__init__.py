"""All that needs no Blender: sound to curves, curves to keys, rigs, reports, batches, real time."""
