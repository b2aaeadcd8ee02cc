"""The window: PySide6 lives here and nowhere else.

``app`` builds everything by hand.  ``workbench`` holds what the controllers share.  Controllers, one for each kind of intention:
``editing``, ``shaping``, ``relating``, ``history``, ``documents``, ``finding``, ``searching``, ``projects``, ``grid``, ``choosing``,
``pictures``, ``backing_up``, ``instance``.  ``typesetting``, ``overviewing``, ``soundness`` and ``collecting`` look after the article by
themselves.  ``actions`` is the one table of what a user can do and by which keys; ``main_window`` puts article, panels and menus
together; ``article`` is the article view.
"""
