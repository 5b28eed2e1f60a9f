//! Gzip streams, unfolded no further than the limits allow.
