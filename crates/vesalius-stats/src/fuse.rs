//! Many opinions into one: label maps, score tables and boxes of several raters or models; the registry of methods.
//!
//! A method is one file with its definition and one line of [`METHODS`]; arrays come in and arrays go out.
//! Label maps are grouped by what all raters say of a voxel ([`Votes`]), so that no method costs more for more voxels.
//! Methods that learn ([`stack`], [`greedy`]) learn from what they are handed and know no cases: whoever calls them hands
//! over predictions that were made out of fold, never those of test cases.

mod cross;
mod greedy;
mod logit_mean;
mod majority;
mod mean;
mod members;
mod rank_mean;
mod simple;
mod stack;
mod staple;
mod ties;
mod votes;
mod weighted_boxes;

pub use cross::{Cross, cross};
pub use greedy::{Greedy, greedy};
pub use logit_mean::logit_mean;
pub use majority::majority;
pub use mean::Mean;
pub use members::{Classes, Members};
pub use rank_mean::rank_mean;
pub use simple::{Simple, simple};
pub use stack::{Stack, stack};
pub use staple::{Staple, staple};
pub use ties::Ties;
pub use votes::Votes;
pub use weighted_boxes::{ScoredBox, weighted_boxes};

/// One method.
#[derive(Clone, Copy, Debug)]
pub struct Method {
    /// Its name in options and in artefacts.
    pub name: &'static str,
    /// What it is, in a line.
    pub definition: &'static str,
    /// What it combines.
    pub takes: &'static [Takes],
    /// Where other tools of the same name differ, and why; empty where none is known to.
    pub others: &'static str,
}

/// What a method combines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Tables of scores, a row a case.
    Scores,
    /// Label maps of the same voxels.
    Labels,
    /// Maps of probabilities of the same voxels or cells.
    Maps,
    /// Boxes with scores.
    Boxes,
}

/// All methods.
pub const METHODS: &[Method] = &[
    mean::METHOD,
    logit_mean::METHOD,
    rank_mean::METHOD,
    stack::METHOD,
    greedy::METHOD,
    majority::METHOD,
    staple::METHOD,
    simple::METHOD,
    cross::METHOD,
    weighted_boxes::METHOD,
];
