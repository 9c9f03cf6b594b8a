"""Named tuples without their constructors, for what is made for every report or message."""

from __future__ import annotations

new_tuple = tuple.__new__
"""Makes a named tuple in half the time that its constructor takes; nothing checks the fields."""
