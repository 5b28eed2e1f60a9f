//! DICOM: files, series and what is derived from them, as volumes.

pub(crate) mod file;

mod assemble;
mod clock;
mod collect;
mod header;
mod image;
mod pixels;
mod places;
mod separate;
mod series;
mod slice;
mod stack;
mod values;

pub mod segmentation;
pub mod structures;
pub mod suv;

pub use collect::PassedOver;
pub use image::FORMAT;
pub use series::{Derived, DerivedKind, Index, Series, open};
pub use stack::Stack;
