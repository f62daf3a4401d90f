"""`filigrane demo`: a fresh home filled with every kind of outcome, by asking the real service for it."""
