"""Keys of F-curves as arrays: made, reduced, cut to frame ranges, and recorded."""
