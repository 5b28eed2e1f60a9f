//! Resampling in physical space: nearest, linear, cubic B-spline.
