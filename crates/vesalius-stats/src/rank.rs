//! Order of scores: distinct scores with how many positive and negative cases have each, by one sort of integers.

pub(crate) mod moved;
pub(crate) mod ranking;
