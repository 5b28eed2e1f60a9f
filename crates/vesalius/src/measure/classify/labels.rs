//! A label as metrics want it: known to be present or absent, or unknown.

use crate::cohort::{Label, Truth};

pub(super) fn known(truth: &Truth, class: usize) -> Option<bool> {
    match truth.label(class) {
        Label::Present => Some(true),
        Label::Absent => Some(false),
        Label::Unknown => None,
    }
}
