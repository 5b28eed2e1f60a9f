//! What every network, loss and training run of this crate must do; one binary, one file a subject.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not seen as tests")]

mod calibration; // temperatures
mod data; // images made on the spot
mod explain; // heat maps
mod networks; // conformance of every architecture with every kind of convolution
mod training; // learning, resuming, determinism
