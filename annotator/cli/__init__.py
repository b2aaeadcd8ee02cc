"""The command line: ``app`` has the entry point and the group of verbs; the verbs that open a window are in ``window`` alone."""
