"""The add-on: the only room that imports bpy.

A bake goes one way, and only its two ends touch bpy, on the main thread:

- **Sound.** ``voices`` and ``strip`` read the sequencer into strip plans (``plan``, ``timing``,
  ``volume``; ``retiming`` and ``mixdown`` where only Blender knows what plays); ``audio`` decodes
  them and ``inference`` runs the network, in the thread of ``job``.
- **Memory.** ``take_store`` keeps what was heard with the speaker (``takes`` is its format), so
  that ``rekey`` can key it again for a dial or a moved strip. ``kept`` reads JSON of properties.
- **Look.** ``shaping`` turns the artist's dials into curves and curves into few keys.
- **Face.** ``character``, ``targets`` and ``object_plan`` find what can be keyed, ``rigs`` knows
  the naming and the links, ``target_plan`` turns channels into columns.
- **Keys.** ``composing`` makes keys of all that, in the thread again; ``keying`` has them written,
  ``actions`` writes F-curves, ``clearing`` takes them out, ``hiding`` finds what keeps them from
  showing, ``edits`` what was changed by hand.

``bake`` is a whole bake and ``baking`` several, written in ``steps`` that leave a window alive;
``speakers`` whose face is whose, ``properties`` what a .blend remembers.
``realtime`` moves a face without keys: from a microphone, for a preview, from other programs.
``operators`` and ``panels`` are the interface over all of it, ``cli`` the commands of farms,
``api`` the door for scripts. What does not live here: features and the network (``model/``), and
anything run by makers (``tools/``).

``rigs`` and ``shaping`` import no bpy, nor do ``timing``, ``volume``, ``plan``, ``audio``,
``inference``, ``composing``, ``job``, ``steps``, ``takes``, ``heard``, ``kept``, ``segments``,
``bake_record``, ``channel_keys``, ``pose_text``, ``target_plan``, ``report`` and ``errors``.
Importing this package imports nothing else.
"""


def register() -> None:
    """Registers classes, scene settings and the file-load guard with Blender."""
    from . import registration

    registration.register()


def unregister() -> None:
    """Stops running jobs and removes everything register() added."""
    from . import registration

    registration.unregister()
