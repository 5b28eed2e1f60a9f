//! Medical images into evidence: one module a stage, one artefact a stage.
//!
//! The order of the modules is the order of the road; [`pipeline::run`] walks it.

pub mod artifact;
pub mod error;
pub mod progress;

pub mod open;

pub mod convert;
pub mod inspect;

pub mod audit;
pub mod cohort;
pub mod fetch;
pub mod phantom;
pub mod split;

pub mod ensemble;
pub mod explain;
pub mod measure;
pub mod model;
pub mod predict;
pub mod predictions;
pub mod preprocess;
pub mod rank;
pub mod report;
pub mod train;

pub mod pipeline;
pub mod provenance;
pub mod recipe;

pub use error::{Error, ErrorKind, Result};
pub use vesalius_nn::Device;
