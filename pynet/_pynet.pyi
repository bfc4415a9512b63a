"""Types of the C module."""
