//! What every part of the crate promises, through its public face.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::float_cmp,
    reason = "tests stop at the first surprise, say what they skip, and compare exactly what must be exact"
)]

/// Other sample types, and what would be lost.
mod cast;
/// Voxels and world, and what two grids differ in.
mod geometry;
/// Shape, range, fingerprint, geometry.
mod volume;

/// Every format: round trips of every sample type, truncation, damage.
mod conformance;
/// Files as the libraries of their formats write them: NRRD, MetaImage, TIFF and slides.
mod formats;
/// Damage of many kinds to a file of every format.
mod fuzz;
/// Headers that ask for more than there is, and archives that unfold too far.
mod hostile;
/// MetaImage: header forms, geometry, what is refused.
mod metaimage;
/// NIfTI, Analyze, MGH and arrays by every name: as nibabel reads them, and what is hostile or odd.
mod neuro;
/// NIfTI files as nibabel writes them, and geometry round trips.
mod nifti;
/// NRRD: header forms, axes, geometry, what is refused.
mod nrrd;
/// NumPy files as NumPy writes them.
mod numpy;
/// Pictures: channels, depth, transparency.
mod raster;
/// TIFF: round trips, damage, hostile directories.
mod tiff;

/// Augmentation: identity, replay, geometry, intensity, configuration.
mod augment;
/// Bias-field correction: the true field of a phantom, SimpleITK, threads.
mod bias;
/// Cropping and padding: what stays, where it is, what comes around it.
mod crop;
/// Histograms, percentiles, thresholds, matching: closed forms, NumPy, SimpleITK.
mod histogram;
/// Windows, z-score, clipping: closed forms.
mod intensity;
/// Axis codes, and turning axes: every value keeps its place.
mod orient;
/// Heat maps over pictures.
mod overlay;
/// Resampling in the world: closed forms, SimpleITK and SciPy, threads.
mod resample;
/// Enlarging and shrinking.
mod resize;

/// Connected components of masks and label maps.
mod components;
/// Distances to masks and within them.
mod distance;
/// Label maps, and how far surfaces are apart.
mod labels;
/// Masks and grids, and the formulas of the tests of mask operations.
mod mask;
/// Dilation, erosion, opening, closing, holes.
mod morphology;
/// Thinning to curves.
mod skeleton;
/// Surface elements, contours, boundary voxels.
mod surface;

/// DICOM files beside pydicom.
mod dicom;
/// DICOM files that are cut short, damaged, or made to exhaust their reader.
mod dicom_hostile;

/// Masks from segmentations and structure sets.
mod derived;
/// DICOM files with known truth.
mod phantom_dicom;
/// Folders, archives and lists of DICOM files, and their volumes.
mod series;
/// Uptake values of positron emission tomography.
mod suv;

/// Published datasets, where they are at hand.
mod real_data;
/// Published masks, where they are at hand.
mod real_masks;

use std::path::{Path, PathBuf};

use vesalius_image::Samples;

/// A golden file, and the script that made it, lie here.
fn golden(name: &str) -> PathBuf {
    Path::new("tests/golden").join(name)
}

/// Twenty-four samples of every type, with the ends of what it holds.
fn every_type() -> Vec<Samples> {
    macro_rules! counted {
        ($wrap:path, $kind:ty) => {{
            let mut values: Vec<$kind> = (0..24_u8).map(<$kind>::from).collect();
            values[1] = <$kind>::MIN;
            values[2] = <$kind>::MAX;
            $wrap(values)
        }};
    }
    vec![
        counted!(Samples::U8, u8),
        Samples::I8((0..24).map(|v| if v == 1 { i8::MIN } else { v }).collect()),
        counted!(Samples::U16, u16),
        counted!(Samples::I16, i16),
        counted!(Samples::U32, u32),
        counted!(Samples::I32, i32),
        counted!(Samples::F32, f32),
        counted!(Samples::F64, f64),
    ]
}
