"""A multilingual transformer on one thread: the second look at words that the first leaves in doubt."""
