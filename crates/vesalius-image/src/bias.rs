//! Bias fields of MR images (N4).
