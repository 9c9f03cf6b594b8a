"""Makes `WalkStatus` visible to Python; everything else of blocks_common.pxd is compiled code's."""
