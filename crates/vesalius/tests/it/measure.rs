//! The measure stage, one file a task.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not seen as tests")]

/// Classes that exclude each other, and findings that do not.
mod classify;

/// Masks, their surfaces and lesions.
mod segment;

/// Risk, time and survival against follow-up.
mod survive;

/// Raters with each other, and reader studies.
mod agree;

/// Boxes, points and maps of lesions.
mod detect;

/// Landmarks and heat maps.
mod localize;
