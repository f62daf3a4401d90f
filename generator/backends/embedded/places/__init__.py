"""The places that subjects live in, one a module."""
