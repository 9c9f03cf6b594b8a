"""Measurements of speed, memory and losses, beside the tools that do the same work."""
