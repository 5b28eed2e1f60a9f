//! The audit stage: what would make the result untrue, found before anyone believes it.
//!
//! Checks are sibling files behind [`CHECKS`]; to add one, add a file and a line there.

mod classes;
mod crossing;
mod exact_duplicates;
mod finding;
mod registry;
mod split_sizes;
mod subject_overlap;
mod verdict;

pub use exact_duplicates::duplicates;
pub use finding::{Finding, Findings, Severity};
pub use registry::{CHECKS, Check, Evidence, audit};
pub use verdict::verdict;
