"""What is read from a scene and kept in it: strips, faces, speakers, cached curves."""
