"""The engines a clip may come from."""
