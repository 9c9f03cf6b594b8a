"""Connections to the manager interfaces of Asterisk servers."""
