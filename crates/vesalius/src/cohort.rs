//! The cohort stage: a dataset as published becomes one row a case, with a header that says what it is.
//!
//! Layouts are sibling files behind [`LAYOUTS`]; to read another one, add a file and a line there.

mod case;
mod class_folders;
mod images;
mod layout;
pub mod medmnist;
mod nearest;
mod table;
mod verify;

pub use case::{Case, Cohort, Header, Label, Part, Problem, Task, Truth};
pub use images::Images;
pub use layout::{LAYOUTS, Layout, LayoutEntry, ReadOptions, read_source};
pub use verify::{fingerprints, open, save_problems, verify};
