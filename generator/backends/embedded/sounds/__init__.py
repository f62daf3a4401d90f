"""What the embedded engine makes heard, all of it computed: beds, effects, music, voices, and their mix."""
