"""The configuration file: reading, checking and printing it. Settings themselves need none of it."""
