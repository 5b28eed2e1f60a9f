//! Numbers in, numbers out: metrics with their intervals; no files, no images, no tensors.
//!
//! Every value leaves as an [`Estimate`] with interval, size and method; what is undefined says why.
//! A metric is one file under `classify` and one line of its registry; a test of a hypothesis one under `hypothesis`.

pub mod agree;
pub mod classify;
pub mod detect;
pub mod fuse;
pub mod hypothesis;
pub mod leaderboard;
pub mod localize;
pub mod segment;
pub mod survive;

mod cases;
mod error;
mod estimate;
mod interval;
mod options;
mod rank;
mod target;

pub use error::{Error, ErrorKind, Result};
pub use estimate::Estimate;
pub use interval::clopper_pearson::clopper_pearson;
pub use interval::wilson::wilson;
