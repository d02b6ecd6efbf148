"""What a .blend remembers of speakers, links and settings."""

OWN_CONTEXT = "Audio2Face"
"""Translation context that keeps our English words whole: Blender's own Face is a polygon, its
Speaker a loudspeaker."""
