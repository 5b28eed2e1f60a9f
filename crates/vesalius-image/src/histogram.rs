//! Histograms, and matching one image to another.
