"""The version, in the one place that nothing else has to import anything for."""

__version__ = "0.1.0"
