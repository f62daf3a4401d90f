"""The engine that needs nothing but this machine: drawn pictures, physics, synthesised sound."""
