"""What a PBX tells of its calls, beside or instead of what is seen on the wire."""
