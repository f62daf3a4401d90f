"""The system card: one page that says what was measured, in French and English."""
