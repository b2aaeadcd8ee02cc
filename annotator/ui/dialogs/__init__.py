"""The dialogs: each is made with the values to begin with, opened with ``open()``, and read with ``values()`` once it is accepted.

None of them blocks, so that a test can drive it and the window stays alive behind it.
"""
