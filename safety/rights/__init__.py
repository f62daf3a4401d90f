"""What rights holders forbid."""
