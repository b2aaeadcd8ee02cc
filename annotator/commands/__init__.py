"""One function for each thing a user intends: it returns a ``Command``, which ``session.execute`` runs in a transaction.

``spans``, ``relations`` and ``documents`` are edits; ``importing`` with ``merging``, ``exporting``, ``projects`` and ``checking`` put
store, formats and tokenizer together, which know nothing of each other.
"""
