//! Connected components of masks.
