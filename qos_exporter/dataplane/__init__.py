"""RTP counted by compiled code, a batch of frames at a time."""
