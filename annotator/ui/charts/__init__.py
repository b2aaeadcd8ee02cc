"""Charts drawn here: what they show (``model``), where it stands (``layout`` and its rooms), how it is painted, how it is saved.

``model``, ``scale``, ``hatch``, ``layout*`` and ``walk`` are plain sums without Qt; a chart knows nothing of projects.
"""
