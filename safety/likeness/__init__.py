"""Faces and voices of people who enrolled, and what they allow."""
