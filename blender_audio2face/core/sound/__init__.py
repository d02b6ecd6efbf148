"""What of which sound is analysed, where its frames lie in it, and how it is decoded."""
