//! Two images that should lie on the same grid: what differs, by how much, and the command that repairs it.

use std::path::{Path, PathBuf};

use serde::Serialize;
use vesalius_image::{Aspect, Difference, Geometry, Grid, Problem, ReadOptions};

use super::{Kind, Record};
use crate::error::Result;
use crate::open::{self, Choice, convert_command, quoted};

/// How an image differs from another one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// The other image.
    pub path: PathBuf,
    /// What differs by more than a twentieth of a voxel: `size`, `spacing`, `origin`, `direction`.
    pub differs: Vec<&'static str>,
    /// Voxels along `[x, y, z]` here and there.
    pub size: [[usize; 3]; 2],
    /// Spacing there less spacing here in millimeters; `None`, like all below, where one has no geometry.
    pub spacing_mm: Option<[f64; 3]>,
    /// First voxel there less first voxel here in millimeters, LPS.
    pub origin_mm: Option<[f64; 3]>,
    /// Angle between the axes x, y and z of both, in degrees.
    pub direction_degrees: Option<[f64; 3]>,
    /// Largest distance of voxels of the same index, in millimeters.
    pub largest_mm: Option<f64>,
    /// The command that brings the image onto the grid of the other; `None` where nothing differs or none can.
    pub repair: Option<String>,
}

/// The image that others are compared to.
pub(super) struct Reference {
    path: PathBuf,
    size: [usize; 3],
    geometry: Option<Geometry>,
}

impl Reference {
    pub(super) fn read(path: &Path, options: &ReadOptions) -> Result<Self> {
        let reading = open::read(path, &Choice::default(), None, options)?.reading;
        let [_, z, y, x] = reading.volume.shape();
        Ok(Self { path: path.to_owned(), size: [x, y, z], geometry: reading.volume.geometry().cloned() })
    }

    /// Adds to a record how it differs; a record without an image stays as it is.
    pub(super) fn compare(&self, record: &mut Record) {
        let Some(size) = record.size.filter(|_| record.dtype.is_some()) else { return };
        let here = record.geometry();
        let repair = repair(record, &self.path);
        let difference = here
            .as_ref()
            .zip(self.geometry.as_ref())
            .and_then(|(here, there)| Some(grid(size, here)?.difference(&grid(self.size, there)?)));
        let Some(difference) = difference else {
            record.problems.push(self.not_comparable(here.is_some()));
            record.like = Some(self.by_size(size));
            return;
        };
        let other = self.path.display();
        for aspect in &difference.aspects {
            let (code, message) = match aspect {
                Aspect::Size => ("size-differs", sizes(&difference)),
                Aspect::Spacing => ("spacing-differs", self.spacings(&difference, here.as_ref())),
                Aspect::Origin => ("origin-differs", self.origins(&difference, here.as_ref())),
                Aspect::Direction => ("direction-differs", turns(&difference)),
            };
            record.problems.push(Problem::new(code, format!("{message} in {other}"), format!("`{repair}`")));
        }
        record.like = Some(Comparison {
            path: self.path.clone(),
            differs: difference.aspects.iter().copied().map(name).collect(),
            size: difference.size,
            spacing_mm: Some(difference.spacing_mm),
            origin_mm: Some(difference.origin_mm),
            direction_degrees: Some(difference.direction_degrees),
            largest_mm: Some(difference.largest_mm),
            repair: (!difference.is_same()).then_some(repair),
        });
    }

    /// What can be said where one of both does not say where its voxels are.
    fn by_size(&self, size: [usize; 3]) -> Comparison {
        Comparison {
            path: self.path.clone(),
            differs: if size == self.size { Vec::new() } else { vec!["size"] },
            size: [size, self.size],
            spacing_mm: None,
            origin_mm: None,
            direction_degrees: None,
            largest_mm: None,
            repair: None,
        }
    }

    fn not_comparable(&self, here_is_known: bool) -> Problem {
        let other = self.path.display();
        let who = if here_is_known { format!("{other} does") } else { "this file does".into() };
        Problem::new(
            "not-comparable",
            format!("{who} not say where its voxels are, so nobody can tell whether they lie on those of {other}"),
            "supply what is missing by `vesalius convert IN OUT --set-spacing X,Y,Z --set-origin X,Y,Z --set-axes LPS`",
        )
    }

    fn spacings(&self, difference: &Difference, here: Option<&Geometry>) -> String {
        let both = [here, self.geometry.as_ref()].map(|geometry| numbers(geometry.map(Geometry::spacing_mm)));
        format!("spacing is {} mm, less by {} mm than {} mm", both[0], numbers(Some(difference.spacing_mm)), both[1])
    }

    fn origins(&self, difference: &Difference, here: Option<&Geometry>) -> String {
        let both = [here, self.geometry.as_ref()].map(|geometry| numbers(geometry.map(Geometry::origin_mm)));
        let distance_mm = difference.origin_mm.iter().map(|v| v * v).sum::<f64>().sqrt();
        format!("origin is {} mm, {} mm away from {} mm", both[0], number(distance_mm), both[1])
    }
}

fn grid([x, y, z]: [usize; 3], geometry: &Geometry) -> Option<Grid> {
    // A size that was read is above 0, so this cannot fail.
    Grid::new([z, y, x], geometry.clone()).ok()
}

fn sizes(difference: &Difference) -> String {
    let [here, there] = difference.size.map(|[x, y, z]| format!("{x} x {y} x {z}"));
    format!("size is {here}, and {there}")
}

fn turns(difference: &Difference) -> String {
    format!("axes x, y, z are turned by {} degrees against those", numbers(Some(difference.direction_degrees)))
}

fn name(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Size => "size",
        Aspect::Spacing => "spacing",
        Aspect::Origin => "origin",
        Aspect::Direction => "direction",
    }
}

/// The command that brings an image onto the grid of another; labels are not mixed.
fn repair(record: &Record, other: &Path) -> String {
    let interpolation =
        if matches!(record.kind, Some(Kind::Mask | Kind::Contours)) { " --interpolation nearest" } else { "" };
    let command = convert_command(&record.path, record.series.as_ref());
    format!("{command} --like {}{interpolation}", quoted(other))
}

fn numbers(values: Option<[f64; 3]>) -> String {
    values.map_or("unknown".into(), |values| format!("({})", values.map(number).join(", ")))
}

/// Up to four digits behind the point; more where there would be none but zeros.
fn number(value: f64) -> String {
    let text = format!("{value:.4}");
    if value != 0.0 && text.trim_start_matches('-').chars().all(|c| matches!(c, '0' | '.')) {
        return format!("{value:.1e}");
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
