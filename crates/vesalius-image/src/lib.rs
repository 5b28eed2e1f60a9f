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

pub mod reading;

pub mod format;

pub mod analyze;
pub mod dicom;
pub mod metaimage;
pub mod mgh;
pub mod nifti;
pub mod npz;
pub mod nrrd;
pub mod raster;
pub mod tiff;

mod channels;
mod fields;
mod gzip;
mod length;
mod payload;

pub mod crop;
pub mod orient;
pub mod resample;
pub mod resize;

pub mod cast;

pub mod bias;
pub mod histogram;
pub mod intensity;

pub mod components;
pub mod distance;
pub mod labels;
pub mod mask;
pub mod morphology;
pub mod skeleton;
pub mod surface;

pub mod augment;

pub mod colormap;
pub mod overlay;

pub use error::{Error, ErrorKind, Result};
pub use fingerprint::Fingerprint;
pub use geometry::{Aspect, Difference, Geometry, Grid};
pub use limits::Limits;
pub use reading::{Problem, ReadOptions, Reading, Source, Values};
pub use samples::{Dtype, Samples};
pub use volume::Volume;
