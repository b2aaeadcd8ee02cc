"""The exchange formats: readers, writers and the table that names them."""
