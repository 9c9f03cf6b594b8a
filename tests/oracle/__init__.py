"""A slow and obvious reading of RFC 3550 and of our counting rules, one packet at a time.

The compiled kernel is compared with it. It keeps whole sets where the kernel keeps bits, plain
integers where the kernel wraps, and is used by nothing but tests.
"""
