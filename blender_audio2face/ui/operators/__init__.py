"""Every button, each an operator with typed properties that scripts may call.

An operator reads the context, calls one function of the add-on, and reports the result. The
sentence of any A2FError becomes its report, and then nothing is changed.
"""
