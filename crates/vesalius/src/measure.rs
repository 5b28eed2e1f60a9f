//! The measure stage: predictions against truth, of whatever origin, become estimates with intervals.
//!
//! A task is one module here, one subcommand of `vesalius measure` and one registry of metrics in `vesalius-stats`.
//! What each leaves is a folder with `scores.json`, `cases.csv` and the curves of its task.

pub mod agree;
pub mod classify;
pub mod detect;
pub mod localize;
pub mod segment;
pub mod survive;

mod scores;
mod wording;
