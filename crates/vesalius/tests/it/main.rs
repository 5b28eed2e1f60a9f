//! The toolkit by its stages, one file a stage, in the order of the road.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "tests fail by panicking and say what they skip")]

mod audit; // duplicates, subjects, classes
mod cohort; // layouts, tables, bad files
mod fetch; // downloads that resume and are verified
mod measure; // estimates of predictions from anywhere
mod phantom; // datasets with known truth
mod predictions; // tables, ours and foreign
mod report;
mod split; // groups that never cross
mod train; // members, resuming, what a model keeps // one page that opens offline
