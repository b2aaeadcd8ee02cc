"""The project file: the only package that knows SQL.

``project`` opens and guards the file, ``files`` and ``lock`` hold it, ``shares`` knows network folders.  ``schema`` says what is in it and
``migrations`` brings an older one up to date.  ``transaction`` is the only way to write (``filling`` in bulk, ``undoing`` backwards, set by
set), ``journal`` remembers every step and ``history`` shows them.  ``queries``, ``listing``, ``search`` and ``words`` read;
``knowledge`` looks things up in the knowledge base that ``knowledge_loading`` brings in.  ``statistics`` keeps the figures, ``recount``
and ``consistency`` check them.  ``backup``, ``restore`` and ``salvage`` (with ``damaged`` and ``orphans``) bring back what was; ``rows``
translates between rows and values, ``faults`` turns SQLite's errors into sentences.
"""
