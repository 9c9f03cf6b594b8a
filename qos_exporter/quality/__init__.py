"""From loss and jitter to R, MOS and a verdict (ITU-T G.107 family)."""
