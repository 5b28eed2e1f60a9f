//! The toolkit by its stages, one file a stage, in the order of the road.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "tests fail by panicking and say what they skip")]

/// Datasets with known truth.
mod phantom;

/// Downloads that resume and are verified.
mod fetch;

/// Layouts, tables, bad files.
mod cohort;

/// Duplicates, subjects, classes.
mod audit;

/// Groups that never cross.
mod split;

/// What is fitted before a network sees an image.
mod preprocess;

/// Members, resuming, what a model keeps.
mod train;

/// Tables, ours and foreign.
mod predictions;

/// Estimates of predictions from anywhere.
mod measure;

/// One page that opens offline.
mod report;
