//! From the files of a stack to its volume: every frame is decoded and rescaled into its place, in parallel.

mod voxel;

use std::collections::BTreeMap;
use std::path::Path;

use dicom_dictionary_std::tags;
use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::format::Format;
use crate::limits::Limits;
use crate::reading::{Problem, ReadOptions, Reading, Source, Values};
use crate::samples::{Dtype, Samples, Value, for_samples};
use crate::volume::Volume;

use super::collect::Store;
use super::file::{File, Set};
use super::pixels::{self, Frames};
use super::slice::{Meaning, Slice, Stored};
use super::stack::Stack;
use super::values::{self, Rescale};

use voxel::Voxel;

/// The volume of a stack; an error where an obstacle is in the way or a file cannot be read.
pub(crate) fn read(store: &Store, stack: &Stack, options: &ReadOptions) -> Result<Reading> {
    if let Some(Problem { message, remedy, .. }) = &stack.obstacle {
        return Err(Error::unsupported(format!("{message}; {remedy}")));
    }
    if let Some(file_idx) = stack.picture {
        return picture(store, file_idx, options);
    }
    let assembly = Assembly::new(store, stack, options)?;
    let (samples, found) = assembly.samples()?;
    let volume = Volume::new(samples, assembly.shape, stack.geometry.clone())?;
    let dtype = stack.slices[0].stored.dtype;
    let mut problems = stack.problems.clone();
    for problem in found.problems {
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    let units = found.units.filter(|_| options.values == Values::Real);
    Ok(Reading { volume, dtype, spacing_mm: stack.spacing_mm, units, problems })
}

/// A file without places, as if it had been opened alone.
fn picture(store: &Store, file_idx: usize, options: &ReadOptions) -> Result<Reading> {
    let Format { decode, .. } = super::FORMAT;
    let bytes = store.bytes(file_idx, &options.limits)?;
    decode(&Source::new(&bytes), options).map_err(|error| error.in_file(Path::new(store.name(file_idx))))
}

/// What files say besides their samples.
#[derive(Default)]
struct Found {
    units: Option<String>,
    problems: Vec<Problem>,
}

/// The type that the samples of a stack become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    /// As they are stored.
    Same(Dtype),
    /// Whole numbers: `i16`, or `i32` where one does not fit.
    Whole,
    F32,
    F64,
}

impl Target {
    /// The narrowest type for all slices: stored samples of one type stay, whole numbers of up to 16 bits stay whole,
    /// everything else becomes `f32`, or `f64` where samples have more than 24 bits.
    fn of(stored: &[Stored], values: Values) -> Self {
        let rescale = |one: &Stored| match (one.meaning, values) {
            (Meaning::Line(rescale), Values::Real) => rescale,
            _ => Rescale::NONE,
        };
        let is_mapped =
            |one: &Stored| values == Values::Real && matches!(one.meaning, Meaning::Table | Meaning::Palette);
        let dtype = |one: &Stored| if is_mapped(one) { Dtype::U16 } else { one.dtype };
        let first = dtype(&stored[0]);
        let is_wide = |dtype: Dtype| matches!(dtype, Dtype::U64 | Dtype::I64);
        if stored.iter().all(|one| dtype(one) == first && rescale(one).is_none()) && !is_wide(first) {
            return Self::Same(first);
        }
        let is_short = |dtype| matches!(dtype, Dtype::Bool | Dtype::U8 | Dtype::I8 | Dtype::U16 | Dtype::I16);
        if stored.iter().all(|one| is_short(dtype(one)) && whole(rescale(one)).is_some()) {
            return Self::Whole;
        }
        let is_exact = |dtype| is_short(dtype) || dtype == Dtype::F32;
        if stored.iter().all(|one| is_exact(dtype(one))) { Self::F32 } else { Self::F64 }
    }
}

/// Slope and intercept where both are whole and products of 16-bit numbers stay within 32 bits.
fn whole(rescale: Rescale) -> Option<(i32, i32)> {
    let fits = |value: f64, limit: i32| value.fract() == 0.0 && value.abs() <= f64::from(limit);
    (fits(rescale.slope, 1 << 14) && fits(rescale.intercept, 1 << 24))
        .then_some((rescale.slope as i32, rescale.intercept as i32))
}

/// A volume that is being put together.
struct Assembly<'a> {
    store: &'a Store,
    stack: &'a Stack,
    options: &'a ReadOptions,
    target: Target,
    /// `[channel, z, y, x]`, where each channel of the stack has as many as pixels have colors.
    shape: [usize; 4],
    n_colors: usize,
}

/// A slice and where its samples go, color by color.
type Slot<'a, T> = (&'a Slice, Vec<&'a mut [T]>);

impl<'a> Assembly<'a> {
    fn new(store: &'a Store, stack: &'a Stack, options: &'a ReadOptions) -> Result<Self> {
        let stored: Vec<Stored> = stack.slices.iter().map(|slice| slice.stored).collect();
        let target = Target::of(&stored, options.values);
        let is_palette = options.values == Values::Real && stored[0].meaning == Meaning::Palette;
        let n_colors = if is_palette { 3 } else { stack.slices[0].kind.n_colors };
        let [nx, ny, nz] = stack.size;
        let shape = [stack.channels.len() * n_colors, nz, ny, nx];
        let sample_bytes = match target {
            Target::Same(dtype) => dtype.stored_bytes(),
            Target::Whole | Target::F32 => 4,
            Target::F64 => 8,
        };
        options.limits.n_samples(&shape.map(|n| n as u64), sample_bytes)?;
        Ok(Self { store, stack, options, target, shape, n_colors })
    }

    fn limits(&self) -> &Limits {
        &self.options.limits
    }

    fn samples(&self) -> Result<(Samples, Found)> {
        match self.target {
            Target::Same(Dtype::Bool | Dtype::U8) => self.always::<u8>(),
            Target::Same(Dtype::I8) => self.always::<i8>(),
            Target::Same(Dtype::U16) => self.always::<u16>(),
            Target::Same(Dtype::I16) => self.always::<i16>(),
            Target::Same(Dtype::U32) => self.always::<u32>(),
            Target::Same(Dtype::I32) => self.always::<i32>(),
            Target::Same(Dtype::F16 | Dtype::F32) | Target::F32 => self.always::<f32>(),
            Target::Same(Dtype::U64 | Dtype::I64 | Dtype::F64) | Target::F64 => self.always::<f64>(),
            Target::Whole => match self.filled::<i16>()? {
                Some(narrow) => Ok(narrow),
                None => self.always::<i32>(),
            },
        }
    }

    fn always<T: Voxel>(&self) -> Result<(Samples, Found)> {
        self.filled::<T>()?.ok_or_else(|| {
            Error::format("the pixels of a file are of another type than its header says; the file is damaged")
        })
    }

    /// The samples of all slices; `None` where one does not fit the type.
    fn filled<T: Voxel>(&self) -> Result<Option<(Samples, Found)>> {
        let mut samples = vec![T::default(); self.shape.iter().product()];
        let by_file = self.slots(&mut samples);
        let done: Vec<Result<Option<Found>>> =
            by_file.into_par_iter().map(|(file_idx, slots)| self.fill(file_idx, slots)).collect();
        let mut found = Found::default();
        for (idx, of_file) in done.into_iter().enumerate() {
            let Some(of_file) = of_file? else { return Ok(None) };
            if idx == 0 {
                found.units = of_file.units;
            }
            for problem in of_file.problems {
                // What many files have in common is told once.
                if !found.problems.iter().any(|known| known.code == problem.code) {
                    found.problems.push(problem);
                }
            }
        }
        self.check_doubles(&samples)?;
        Ok(Some((T::wrap(samples), found)))
    }

    /// The places of all slices, by the file that they come from.
    fn slots<'s, T: Voxel>(&'s self, samples: &'s mut [T]) -> Vec<(usize, Vec<Slot<'s, T>>)> {
        let [_, nz, ny, nx] = self.shape;
        let mut planes: BTreeMap<usize, Vec<&mut [T]>> = BTreeMap::new();
        for (at, plane) in samples.chunks_exact_mut(ny * nx).enumerate() {
            // Planes come by channel, color and z; slices by channel and z.
            let (channel, z) = (at / (nz * self.n_colors), at % nz);
            planes.entry(channel * nz + z).or_default().push(plane);
        }
        let mut by_file: BTreeMap<usize, Vec<Slot<'s, T>>> = BTreeMap::new();
        for (slice, (_, planes)) in self.stack.slices.iter().zip(planes) {
            by_file.entry(slice.file_idx).or_default().push((slice, planes));
        }
        by_file.into_iter().collect()
    }

    /// Puts the frames of a file into their places; `None` where a value does not fit.
    fn fill<T: Voxel>(&self, file_idx: usize, slots: Vec<Slot<'_, T>>) -> Result<Option<Found>> {
        let name = Path::new(self.store.name(file_idx));
        let bytes = self.store.bytes(file_idx, self.limits()).map_err(|error| error.in_file(name))?;
        self.fill_from(&bytes, slots).map_err(|error| error.in_file(name))
    }

    fn fill_from<T: Voxel>(&self, bytes: &[u8], slots: Vec<Slot<'_, T>>) -> Result<Option<Found>> {
        let file = File::parse(bytes, self.limits())?;
        let frames = self.frames(&file)?;
        for (slice, planes) in slots {
            for (color, plane) in planes.into_iter().enumerate() {
                let rescale = self.rescale(&file, slice)?;
                if !put(plane, frame(&frames, [color, slice.frame_idx], plane.len())?, rescale) {
                    return Ok(None);
                }
            }
        }
        let mut problems = file.problems().to_vec();
        let set = file.root();
        if self.options.values == Values::Real {
            problems.extend(values::problems(set)?);
        }
        Ok(Some(Found { units: units(set)?, problems }))
    }

    /// The frames of a file, through its table or palette if it has one and real values are wanted.
    fn frames(&self, file: &File<'_>) -> Result<Frames> {
        let Frames { samples, shape, dtype } = pixels::frames(file, self.limits())?;
        let is_signed = matches!(dtype, Dtype::I8 | Dtype::I16 | Dtype::I32);
        let mapped = match (self.stack.slices[0].stored.meaning, self.options.values) {
            (Meaning::Table, Values::Real) => values::through_table(file.root(), &samples, is_signed)?,
            (Meaning::Palette, Values::Real) => values::through_palette(file.root(), &samples, is_signed)?,
            _ => return Ok(Frames { samples, shape, dtype }),
        };
        let samples =
            mapped.ok_or_else(|| Error::format("a lookup table is missing; read the stored values instead"))?;
        let [_, n_frames, n_rows, n_columns] = shape;
        Ok(Frames { samples, shape: [self.n_colors, n_frames, n_rows, n_columns], dtype })
    }

    fn rescale(&self, file: &File<'_>, slice: &Slice) -> Result<Rescale> {
        match (slice.stored.meaning, self.options.values) {
            (Meaning::Line(rescale), Values::Real) => Ok(rescale),
            // The error that was passed over when the header was read.
            (Meaning::Damaged, Values::Real) => Rescale::of(file.root()).and(Err(Error::format(
                "a frame is rescaled by a slope or intercept that is no number; read the stored values instead",
            ))),
            _ => Ok(Rescale::NONE),
        }
    }

    /// An error where a slice that was left out differs from the one at its place.
    fn check_doubles<T: Voxel>(&self, samples: &[T]) -> Result<()> {
        let [_, nz, ny, nx] = self.shape;
        let n_plane = ny * nx;
        let checked: Vec<Result<()>> = self
            .stack
            .doubles
            .par_iter()
            .map(|(slot, double)| {
                let mut other = vec![T::default(); n_plane * self.n_colors];
                let planes: Vec<&mut [T]> = other.chunks_exact_mut(n_plane).collect();
                let fits = self.fill(double.file_idx, vec![(double, planes)])?.is_some();
                let (channel, z) = (slot / nz, slot % nz);
                let plane = |color: usize| ((channel * self.n_colors + color) * nz + z) * n_plane;
                let is_equal = |(color, other): (usize, &[T])| samples[plane(color)..plane(color) + n_plane] == *other;
                if fits && other.chunks_exact(n_plane).enumerate().all(is_equal) {
                    return Ok(());
                }
                Err(Error::unsupported(format!(
                    "{} and {} show different things at the same place, and nothing in their headers tells them apart; \
                     remove one of them",
                    self.store.name(self.stack.slices[*slot].file_idx),
                    self.store.name(double.file_idx)
                )))
            })
            .collect();
        checked.into_iter().collect()
    }
}

/// The units of a file, which an enhanced image says in the functional groups of its frames.
fn units(set: Set<'_>) -> Result<Option<String>> {
    if let Some(units) = values::units(set)? {
        return Ok(Some(units));
    }
    let groups = [tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE];
    let transformation = |groups| set.item(groups)?.item(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE);
    groups.into_iter().find_map(transformation).map_or(Ok(None), values::units)
}

/// One color of one frame.
fn frame(frames: &Frames, [color, frame_idx]: [usize; 2], n_plane: usize) -> Result<(&Samples, usize)> {
    let [n_colors, n_frames, n_rows, n_columns] = frames.shape;
    if color >= n_colors || frame_idx >= n_frames || n_rows * n_columns != n_plane {
        return Err(Error::format(
            "the file changed while it was read, or its header contradicts itself; read it again",
        ));
    }
    Ok((&frames.samples, (color * n_frames + frame_idx) * n_plane))
}

/// Puts the samples from `start` on into a plane, rescaled; false where one does not fit.
fn put<T: Voxel>(plane: &mut [T], (samples, start): (&Samples, usize), rescale: Rescale) -> bool {
    let range = start..start + plane.len();
    if let (true, Some(values)) = (rescale.is_none(), T::same(samples)) {
        plane.copy_from_slice(&values[range]);
        return true;
    }
    if let (Some((slope, intercept)), Some(limits)) = (whole(rescale), T::LIMITS) {
        let line = (slope, intercept);
        match samples {
            Samples::U8(values) => return put_whole(plane, &values[range], line, limits),
            Samples::I8(values) => return put_whole(plane, &values[range], line, limits),
            Samples::U16(values) => return put_whole(plane, &values[range], line, limits),
            Samples::I16(values) => return put_whole(plane, &values[range], line, limits),
            _ => return false,
        }
    }
    let Rescale { slope, intercept } = rescale;
    for_samples!(samples, values => {
        for (voxel, value) in plane.iter_mut().zip(&values[range]) {
            *voxel = T::of_f64(value.as_f64() * slope + intercept);
        }
    });
    true
}

fn put_whole<T: Voxel, S: Copy + Into<i32>>(
    plane: &mut [T],
    values: &[S],
    (slope, intercept): (i32, i32),
    (lowest, highest): (i32, i32),
) -> bool {
    let (mut low, mut high) = (i32::MAX, i32::MIN);
    for (voxel, value) in plane.iter_mut().zip(values) {
        let real: i32 = (*value).into() * slope + intercept;
        (low, high) = (low.min(real), high.max(real));
        *voxel = T::of_i32(real);
    }
    low >= lowest && high <= highest
}
