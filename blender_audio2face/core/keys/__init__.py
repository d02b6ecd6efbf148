"""Keys of F-curves as arrays: reduced, cut to frame ranges, and recorded."""
