//! Voxels and where they are: formats, geometry, resampling, augmentation, pictures.
//!
//! Every image is a [`Volume`] with axis order `[channel, z, y, x]`; world coordinates are LPS.
//! Readers meet untrusted bytes with [`Limits`] first. This crate knows no statistics and no tensors.

mod error;
mod fingerprint;
mod geometry;
mod limits;
mod samples;
mod volume;

pub mod nifti;
pub mod npz;
pub mod raster;

pub mod augment;
pub mod resize;

pub mod colormap;
pub mod overlay;

pub use error::{Error, ErrorKind, Result};
pub use fingerprint::Fingerprint;
pub use geometry::Geometry;
pub use limits::Limits;
pub use samples::{Dtype, Samples};
pub use volume::Volume;
