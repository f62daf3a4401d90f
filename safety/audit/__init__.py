"""The log that anyone can check."""
