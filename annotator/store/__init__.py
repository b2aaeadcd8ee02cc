"""The project file: the only package that knows SQL.

``project`` opens and guards the file, ``schema`` says what is in it, ``migrations`` brings an older one up to date, ``transaction`` is
the only way to write, ``journal`` remembers every step, ``queries`` reads, ``rows`` translates between rows and values, ``faults``
turns SQLite's errors into sentences.
"""
