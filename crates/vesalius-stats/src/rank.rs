//! Order of scores: with their places and ties, and as distinct scores with how many positive and negative cases have
//! each; by one sort of integers.

pub(crate) mod moved;
pub(crate) mod ranking;

mod order;

pub(crate) use order::{ascending, ties};
