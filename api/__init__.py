"""The service: the only place that wires."""
