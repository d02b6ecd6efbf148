"""Every button, each an operator with typed properties that scripts may call.

An operator reads the context, calls one function of the add-on, and says what came of it. The
sentence of any A2FError becomes its report; nothing is changed then.

What a button does is imported when it is pressed: Blender's start pays for the buttons alone.
"""
