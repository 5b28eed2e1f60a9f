//! The contents: golden values of other software, closed forms, invariances, refusals, coverage by simulation.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not seen as tests")]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

mod coverage;
mod coverage_all;
mod golden;
mod hypothesis;
mod invariance;
mod kit;
mod measures;
mod registry;
mod undefined;
