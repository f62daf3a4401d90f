"""Where weights come from, and the proof that they are the right ones."""
