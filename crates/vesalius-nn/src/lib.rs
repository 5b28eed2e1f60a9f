//! Networks that look at medical images: layers, architectures, losses, the training loop, explanations.
//!
//! The only crate that names the tensor backend. No tensor type appears in its public signatures:
//! images go in and scores come out as plain `f32` slices, axis order `[batch, channel, z, y, x]`.

pub mod device;
pub mod error;

mod kernel;
mod layer;

pub mod arch;
pub mod network;
mod parameters;

pub mod calibration;
pub mod objective;
mod optimizer;
mod schedule;

pub mod data;
pub mod explain;
pub mod train;

pub use device::{BACKEND, Device};
pub use error::{Error, ErrorKind, Result};
