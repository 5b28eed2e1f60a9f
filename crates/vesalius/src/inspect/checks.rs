//! What can be wrong with an image that could be read; readers add what they found in the file itself.
//!
//! A check is a function from a look at an image to a problem, and a line in [`CHECKS`] and [`CODES`].

use std::path::Path;

use vesalius_image::{Error, ErrorKind, Limits, Problem, Reading};

use super::kind::Kind;
use super::tally::Tally;
use crate::open::{Series, convert_command};

/// Codes of the problems that inspect itself finds; readers have codes of their own.
pub const CODES: &[&str] = &[
    "unreadable",
    "too-large",
    "no-image",
    "not-finite",
    "no-geometry",
    "mask-values",
    "constant",
    "anisotropic",
    "huge",
];

/// An image, and where it is.
pub(super) struct Look<'a> {
    pub(super) path: &'a Path,
    pub(super) series: Option<&'a Series>,
    pub(super) reading: &'a Reading,
    pub(super) tally: &'a Tally,
    pub(super) kind: Kind,
    pub(super) limits: &'a Limits,
}

impl Look<'_> {
    /// The start of a command that repairs the image.
    fn command(&self) -> String {
        convert_command(self.path, self.series)
    }
}

/// Largest spacing, in smallest ones, up to which nobody needs to know; nnU-Net treats images apart from 3 on.
const ANISOTROPY_MAX: f64 = 3.0;

/// Images whose samples take this part of what is allowed or more leave no room for the copies that processing makes;
/// by default that is 2 GiB.
const HUGE_PART: u64 = 8;

/// What white is in pictures, which many save masks as.
const WHITES: [f64; 2] = [255.0, 65_535.0];

/// Every check, in the order in which problems are listed.
const CHECKS: &[fn(&Look<'_>) -> Option<Problem>] =
    &[not_finite, no_geometry, mask_values, constant, anisotropic, huge];

/// Whether a reader has found that a file does not say where its voxels are.
pub(crate) fn is_about_place(code: &str) -> bool {
    let codes = ["no-orientation", "no-spacing", "no-pixel-spacing", "no-slice-spacing", "no-slice-depth"];
    codes.contains(&code)
}

/// The problems of an image.
pub(super) fn check(look: &Look<'_>) -> Vec<Problem> {
    CHECKS.iter().filter_map(|check| check(look)).collect()
}

/// The problem of a file that cannot be read.
pub(super) fn unreadable(path: &Path, error: &Error) -> Problem {
    let (code, remedy) = match error.kind() {
        ErrorKind::Limit => ("too-large", "read it only if you trust it, on a machine with room for it"),
        ErrorKind::Unsupported => ("unreadable", "save it in another form, as the message says"),
        ErrorKind::Read => ("unreadable", "check that the file is there and may be read"),
        _ => ("unreadable", "fetch or save the file again, and compare its size to that of the source"),
    };
    let message = error.to_string();
    // The record names the path already.
    let place = format!("{}: ", path.display());
    Problem::new(code, message.strip_prefix(&place).unwrap_or(&message), remedy)
}

/// The problem of contours without the image that they were drawn on.
pub(super) fn contours_alone(path: &Path) -> Problem {
    Problem::new(
        "no-image",
        "the image that these contours were drawn on is not here, so nothing says which voxels they enclose",
        format!("`{} --like IMAGE`, or inspect the folder that holds both", convert_command(path, None)),
    )
}

fn not_finite(look: &Look<'_>) -> Option<Problem> {
    let Tally { n_not_finite, n_samples, .. } = *look.tally;
    (n_not_finite > 0).then(|| {
        Problem::new(
            "not-finite",
            format!("{n_not_finite} of {n_samples} samples are NaN or infinite"),
            format!("decide what they stand for, and `{} --replace-nonfinite 0`", look.command()),
        )
    })
}

/// A picture needs no place in the world; several slices do.
fn no_geometry(look: &Look<'_>) -> Option<Problem> {
    let [_, z, ..] = look.reading.volume.shape();
    let is_known = look.reading.problems.iter().any(|problem| is_about_place(problem.code));
    (z > 1 && look.reading.volume.geometry().is_none() && !is_known).then(|| {
        let known = if look.reading.spacing_mm.is_some() { "" } else { "spacing, " };
        Problem::new(
            "no-geometry",
            format!("the file does not say {known}origin and direction of its voxels"),
            format!("take them from the source, and `{} --set-spacing X,Y,Z --set-axes LPS`", look.command()),
        )
    })
}

/// A single label other than 1 may be one of many; what no label is are white of a picture and fractions.
fn mask_values(look: &Look<'_>) -> Option<Problem> {
    let values = look.tally.values.as_deref()?;
    let [zero, other] = *values else { return None };
    let is_white = WHITES.contains(&other);
    let is_label = other > 0.0 && other.fract() == 0.0 && !is_white;
    (look.kind == Kind::Mask && zero == 0.0 && !is_label).then(|| {
        Problem::new(
            "mask-values",
            format!("the mask holds 0 and {other}; labels are expected to be whole numbers, 1 for one region"),
            format!("`{} --binarize`", look.command()),
        )
    })
}

fn constant(look: &Look<'_>) -> Option<Problem> {
    let value = look.tally.range.filter(|[low, high]| low >= high && look.tally.n_samples > 1)?[0];
    (look.tally.n_not_finite == 0).then(|| {
        Problem::new(
            "constant",
            format!("every sample is {value}"),
            "check how the file was made; an image without content can be left out",
        )
    })
}

fn anisotropic(look: &Look<'_>) -> Option<Problem> {
    let [_, z, ..] = look.reading.volume.shape();
    let [a, b, c] = look.reading.spacing_mm.filter(|_| z > 1)?;
    let (low, high) = (a.min(b).min(c), a.max(b).max(c));
    // Headers in single precision have digits that nobody means.
    let even = (low * 1e6).round() / 1e6;
    (high / low >= ANISOTROPY_MAX).then(|| {
        Problem::new(
            "anisotropic",
            format!("voxels are {:.1} times as long along one axis as along another", high / low),
            format!(
                "for what needs even voxels, `{} --spacing {even},{even},{even}`; no detail comes back by that",
                look.command()
            ),
        )
    })
}

fn huge(look: &Look<'_>) -> Option<Problem> {
    let n_bytes = look.tally.n_samples as u64 * look.reading.volume.samples().dtype().stored_bytes();
    (n_bytes >= look.limits.bytes_max / HUGE_PART).then(|| {
        Problem::new(
            "huge",
            format!("the samples take {:.1} MiB of memory", n_bytes as f64 / f64::from(1 << 20)),
            format!(
                "crop it to what is needed (`{} --crop-to-mask MASK`), or keep a smaller type (`--dtype`)",
                look.command()
            ),
        )
    })
}
