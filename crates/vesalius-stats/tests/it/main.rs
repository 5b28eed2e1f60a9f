//! The contents: golden values of other software, closed forms, invariances, refusals, coverage by simulation.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not seen as tests")]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

mod agree;
mod coverage;
mod coverage_all;
mod detect;
mod fuse;
mod golden;
mod guide;
mod hypothesis;
mod invariance;
mod kit;
mod leaderboard;
mod localize;
mod measures;
mod registry;
mod segment;
mod survive;
mod undefined;
