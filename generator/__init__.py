"""From a prompt to a clip; knows nothing of safety."""
