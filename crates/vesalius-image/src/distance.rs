//! Exact Euclidean distances, with anisotropic spacing.
