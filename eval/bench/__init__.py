"""The figures of `make bench`: each beside its target and something known, in one run."""
