"""What a .blend remembers: the scene's speakers, their dials, links and analysed sound."""
