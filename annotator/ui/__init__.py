"""The window: PySide6 lives here and nowhere else.

``app`` builds everything by hand.  ``workbench`` holds what the controllers share.  Controllers, one for each kind of intention:
``editing``, ``shaping``, ``relating``, ``describing``, ``linking``, ``history``, ``documents``, ``finding``, ``searching``, ``inbox``,
``suggesting``, ``scheming``, ``projects``, ``importing``, ``exporting``, ``knowledge_base``, ``statistics``, ``grid``, ``choosing`` with
the ``palette``, ``pictures``, ``backing_up``, ``preferring``, ``helping``, ``instance``.  ``typesetting``, ``overviewing``, ``soundness``
and ``collecting`` look after the article by themselves.  ``actions`` is the one table of what a user can do and by which keys, ``hands``
what it may reach; ``main_window`` puts article, panels and menus together; ``article`` is the article view, ``charts`` are pictures of
figures, ``style`` is how Qt's own parts are drawn.  A dialog is imported by the function that opens it: a start does not wait for it.
"""
