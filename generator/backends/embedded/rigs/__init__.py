"""Subjects drawn by hand, joint by joint."""
