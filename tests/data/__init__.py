"""Captures of real calls, and the scripts that make them."""
