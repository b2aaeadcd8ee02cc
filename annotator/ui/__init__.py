"""The window: PySide6 lives here and nowhere else.

``app`` builds everything by hand.  ``workbench`` holds what the controllers share; ``editing``, ``documents``, ``finding`` and ``projects``
are the controllers, one for each kind of intention; ``actions`` is the one table of what a user can do and by which keys;
``main_window`` puts article, panels and menus together; ``article`` is the article view.
"""
