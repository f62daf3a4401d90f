"""The words and the law: what may be found, and what follows from it."""
