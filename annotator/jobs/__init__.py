"""Long work beside the window: ``job`` says what it is, ``runner`` runs it in a thread or at once, ``workers`` in other processes.

No Qt and no spaCy: the functions that do the work are handed in, and so is the way back into the window's thread.
"""
