//! From a stack to its volume: the pixels of every file, each frame in its place, rescaled as its own header says.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::file::File;
use super::image;
use super::pixels::{self, Frames};
use super::series::Index;
use super::slice::Slice;
use super::stack::Stack;
use super::values::{self, Rescale};
use crate::error::{Error, Result};
use crate::reading::{Problem, ReadOptions, Reading, Values};
use crate::samples::{Samples, Value, for_samples};
use crate::volume::Volume;

/// The pixels of one file of a stack, and what they mean.
struct Decoded {
    frames: Frames,
    /// One for each frame.
    rescales: Vec<Rescale>,
    units: Option<String>,
    problems: Vec<Problem>,
}

impl Index {
    /// Reads the volume of a stack; its channels are those of the stack, each with its colors.
    ///
    /// Values stay 16-bit whole numbers where all slices are rescaled alike and by whole numbers, as in CT; where
    /// slices differ, as in PET, they are `f32`. An error where something is in the way ([`Stack::obstacle`]), where
    /// slices do not fit together, or where two slices at one place differ and nothing tells them apart.
    pub fn read(&self, stack: &Stack, options: &ReadOptions) -> Result<Reading> {
        if let Some(Problem { message, remedy, .. }) = stack.obstacle() {
            return Err(Error::unsupported(format!("{message}; {remedy}")));
        }
        if let Some(file_idx) = stack.picture {
            let bytes = self.store.bytes(file_idx, &options.limits)?;
            let file = File::parse(&bytes[..], &options.limits)?;
            return image::read(&file, None, options);
        }
        let [n_columns, n_rows, n_slices] = stack.size();
        let shape = [stack.channels().len(), n_slices, n_rows, n_columns];
        options.limits.n_samples(&shape.map(|n| n as u64), 2)?;
        let files = self.decode(stack, options)?;
        let first = files.values().next().ok_or_else(|| Error::format("the stack has no slice"))?;
        let n_colors = first.frames.shape[0];
        check(&files, [n_colors, n_rows, n_columns])?;
        check_doubles(stack, &files)?;
        let samples = joined(stack, &files, n_colors, options.values)?;
        let mut problems = stack.problems().to_vec();
        for problem in files.values().flat_map(|file| &file.problems) {
            if !problems.contains(problem) {
                problems.push(problem.clone());
            }
        }
        let units = first.units.clone().filter(|_| options.values == Values::Real);
        let dtype = first.frames.dtype;
        let shape = [shape[0] * n_colors, n_slices, n_rows, n_columns];
        let volume = Volume::new(samples, shape, stack.geometry().cloned())?;
        Ok(Reading { volume, dtype, spacing_mm: stack.spacing_mm, units, problems })
    }

    /// Every file of the stack, decoded by as many threads as there are.
    fn decode(&self, stack: &Stack, options: &ReadOptions) -> Result<BTreeMap<usize, Decoded>> {
        let doubles = stack.doubles.iter().map(|(_, slice)| slice);
        let mut wanted: Vec<usize> = stack.slices.iter().chain(doubles).map(|slice| slice.file_idx).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let decode = |file_idx: usize| -> Result<(usize, Decoded)> {
            let bytes = self.store.bytes(file_idx, &options.limits)?;
            let file = File::parse(&bytes[..], &options.limits)?;
            let frames = pixels::frames(&file, &options.limits)?;
            let rescales = values::rescales(file.root(), frames.shape[1])?;
            let mut problems = file.problems().to_vec();
            problems.extend(values::problems(file.root())?);
            Ok((file_idx, Decoded { frames, rescales, units: values::units(file.root())?, problems }))
        };
        let named = |file_idx: usize| {
            decode(file_idx).map_err(|error| error.in_file(std::path::Path::new(self.store.name(file_idx))))
        };
        wanted.into_par_iter().map(named).collect()
    }
}

/// Frames of all files have the colors, rows and columns of the stack.
fn check(files: &BTreeMap<usize, Decoded>, expected: [usize; 3]) -> Result<()> {
    for Decoded { frames: Frames { shape: [n_colors, _, n_rows, n_columns], .. }, .. } in files.values() {
        if [*n_colors, *n_rows, *n_columns] != expected {
            return Err(Error::format(format!(
                "a slice has {n_colors} colors, {n_rows} rows and {n_columns} columns; expected {expected:?} as in the \
                 others; take the slice out of the folder"
            )));
        }
    }
    Ok(())
}

/// The samples of one frame and color.
fn plane<'d>(files: &'d BTreeMap<usize, Decoded>, slice: &Slice, color: usize) -> Result<Plane<'d>> {
    let decoded = files.get(&slice.file_idx).ok_or_else(|| Error::format("a slice has no file"))?;
    let [_, n_frames, n_rows, n_columns] = decoded.frames.shape;
    if slice.frame_idx >= n_frames {
        return Err(Error::format(format!(
            "frame {} is described and {n_frames} are stored; the file is damaged",
            slice.frame_idx + 1
        )));
    }
    let n = n_rows * n_columns;
    let start = (color * n_frames + slice.frame_idx) * n;
    let rescale = decoded.rescales.get(slice.frame_idx).copied().unwrap_or(Rescale::NONE);
    Ok(Plane { samples: &decoded.frames.samples, start, n, rescale })
}

/// A part of the samples of a file.
#[derive(Clone, Copy)]
struct Plane<'d> {
    samples: &'d Samples,
    start: usize,
    n: usize,
    rescale: Rescale,
}

impl Plane<'_> {
    fn stored(self) -> impl Iterator<Item = f64> {
        (self.start..self.start + self.n).map(move |idx| self.samples.get(idx))
    }
}

fn check_doubles(stack: &Stack, files: &BTreeMap<usize, Decoded>) -> Result<()> {
    for (kept, double) in &stack.doubles {
        let Some(slice) = stack.slices.get(*kept) else { continue };
        let (one, other) = (plane(files, slice, 0)?, plane(files, double, 0)?);
        if one.n != other.n || !one.stored().eq(other.stored()) {
            return Err(Error::unsupported(
                "two slices stand at the same place with different pixels, and nothing in their headers tells them \
                 apart; take one of them out of the folder",
            ));
        }
    }
    Ok(())
}

/// All planes in the order of the volume: channel of the stack, color, z.
fn joined(stack: &Stack, files: &BTreeMap<usize, Decoded>, n_colors: usize, wanted: Values) -> Result<Samples> {
    let [_, _, n_slices] = stack.size();
    let mut planes = Vec::with_capacity(stack.slices.len() * n_colors);
    for slices in stack.slices.chunks(n_slices) {
        for color in 0..n_colors {
            for slice in slices {
                planes.push(plane(files, slice, color)?);
            }
        }
    }
    let rescale = planes.first().map_or(Rescale::NONE, |plane| plane.rescale);
    if wanted == Values::Stored {
        return stored(&planes).ok_or_else(|| Error::unsupported("slices are stored in different sample types"));
    }
    if planes.iter().all(|plane| plane.rescale == rescale)
        && let Some(stored) = stored(&planes)
    {
        return Ok(rescale.apply(stored));
    }
    let mut values = vec![0.0_f32; planes.iter().map(|plane| plane.n).sum()];
    let n = planes.first().map_or(1, |plane| plane.n);
    values.par_chunks_mut(n).zip(&planes).for_each(|(out, plane)| {
        let Rescale { slope, intercept } = plane.rescale;
        let range = plane.start..plane.start + plane.n;
        for_samples!(plane.samples, stored => {
            for (out, stored) in out.iter_mut().zip(&stored[range]) {
                *out = (stored.as_f64() * slope + intercept) as f32;
            }
        });
    });
    Ok(Samples::F32(values))
}

/// Planes of one sample type one behind the other; `None` where types differ.
fn stored(planes: &[Plane<'_>]) -> Option<Samples> {
    macro_rules! join {
        ($($kind:ident),*) => {
            match planes.first()?.samples {
                $(Samples::$kind(_) => {
                    let parts: Option<Vec<&[_]>> = planes.iter().map(|plane| match plane.samples {
                        Samples::$kind(values) => values.get(plane.start..plane.start + plane.n),
                        _ => None,
                    }).collect();
                    Some(Samples::$kind(parts?.concat()))
                })*
            }
        };
    }
    join!(U8, I8, U16, I16, U32, I32, F32, F64)
}
