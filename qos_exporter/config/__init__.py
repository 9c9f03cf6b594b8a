"""The configuration file: reading, checking and printing it."""
