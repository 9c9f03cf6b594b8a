"""Reports as they pass: read, matched with the streams that they are about, and kept there."""
