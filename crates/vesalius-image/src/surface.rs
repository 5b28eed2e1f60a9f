//! Surfaces of masks: where they are, and how large.
