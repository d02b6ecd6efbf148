"""Movement added to the speech: brows, blinks, eye darts and nods."""
