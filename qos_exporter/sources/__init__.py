"""Inputs that are not frames."""
