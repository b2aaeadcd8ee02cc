"""Item models over the project and the open document; they read through ``store.queries`` and never write."""
