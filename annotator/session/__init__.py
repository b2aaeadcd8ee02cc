"""The open project of one person: ``session`` runs commands and announces changes, ``document`` is the open document in memory."""
