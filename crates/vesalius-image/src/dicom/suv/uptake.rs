//! A stack of PET slices as uptake values.

use std::path::Path;

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::reading::{ReadOptions, Reading, Values};
use crate::samples::{Dtype, Samples, Value, for_samples};
use crate::volume::Volume;

use super::super::assemble;
use super::super::collect::Store;
use super::super::file::File;
use super::super::stack::Stack;
use super::{Facts, Frame, Normalization};

/// The volume of a stack in uptake values.
pub(crate) fn read(
    store: &Store,
    stack: &Stack,
    normalization: Normalization,
    options: &ReadOptions,
) -> Result<Reading> {
    if stack.picture.is_some() || stack.slices.iter().any(|slice| slice.frame_idx > 0) {
        return Err(Error::unsupported(
            "uptake values are computed from files of one slice each; this is a file of many frames, whose dose and \
             times are kept otherwise; export the series as plain PET images",
        ));
    }
    let factors = factors(store, stack, normalization, options)?;
    let options = ReadOptions { values: Values::Real, ..options.clone() };
    let reading = assemble::read(store, stack, &options)?;
    let shape = reading.volume.shape();
    let n_plane = shape[2] * shape[3];
    if factors.len() != shape[0] * shape[1] {
        return Err(Error::unsupported("the slices are colored pictures; expected measured activity"));
    }
    let factor = |at: usize| factors[at / n_plane];
    let samples = match reading.volume.samples() {
        Samples::F64(values) => Samples::F64(values.iter().enumerate().map(|(at, value)| value * factor(at)).collect()),
        others => Samples::F32(for_samples!(others, values => {
            values.iter().enumerate().map(|(at, value)| (value.as_f64() * factor(at)) as f32).collect()
        })),
    };
    let volume = Volume::new(samples, shape, reading.volume.geometry().cloned())?;
    let dtype: Dtype = reading.dtype;
    Ok(Reading { volume, dtype, units: Some(normalization.units().to_owned()), ..reading })
}

/// The factor of every slice, in the order of the stack.
fn factors(store: &Store, stack: &Stack, normalization: Normalization, options: &ReadOptions) -> Result<Vec<f64>> {
    let headers: Vec<Result<(Facts, Frame)>> = stack
        .slices
        .par_iter()
        .map(|slice| {
            let name = Path::new(store.name(slice.file_idx));
            let bytes = store.bytes(slice.file_idx, &options.limits)?;
            let file = File::parse(bytes, &options.limits)?;
            let both = Facts::of(&file).and_then(|facts| Ok((facts, Frame::of(&file)?)));
            both.map_err(|error| error.in_file(name))
        })
        .collect();
    let headers = headers.into_iter().collect::<Result<Vec<_>>>()?;
    let acquired = headers.iter().filter_map(|(facts, _)| facts.first_acquired_s);
    let first_acquired_s = acquired.min_by(f64::total_cmp);
    let factor =
        |(facts, frame): &(Facts, Frame)| Facts { first_acquired_s, ..facts.clone() }.factor(normalization, *frame);
    headers.iter().map(factor).collect()
}
