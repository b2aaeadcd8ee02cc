"""What needs spaCy: tokens, suggesters, training.  Imported inside functions only, and run in worker processes beside a window."""
