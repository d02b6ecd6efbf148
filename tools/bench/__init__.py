"""How fast the extension is, stage by stage, and what limits it: ``python -m tools.bench``.

- **Sound.** ``clips`` makes sounds of 5 s to 1 h out of the demo's sentence.
- **Measuring.** ``schedule`` says what runs when; ``processes`` runs each stage in a fresh process
  (``worker``), where ``sound_stages`` and ``blender_stages`` do the work of the shipped code inside
  ``cost``'s clocks. ``peers`` times other programs on the same sound, ``window`` what holds up a
  Blender with a window.
- **Figures.** ``figures`` holds what was measured and makes medians, ratios and exponents of it;
  ``flops`` counts the network's arithmetic, ``cards`` knows what a GPU could do at most.
- **Report.** ``targets`` judges, ``report`` fills ``template.md``, ``plot`` draws.
- **Real time.** ``soak`` lets the engine of real time hear an hour of a bad microphone.

The zip is what is measured, installed in Blender or unpacked beside it, never the source tree.
"""
