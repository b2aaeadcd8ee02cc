"""What the person at the window may choose: ``table`` says which settings there are, ``store`` keeps those that were changed."""
