"""Measures the pipeline that serves."""
