"""What the artist sees: operators, panels and preferences.

``panel_state`` works out, between redraws, what the panels show beyond plain properties.
"""
