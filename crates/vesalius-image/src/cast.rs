//! Samples of another type: nothing is lost unless the caller says how.

use crate::error::{Error, Result};
use crate::samples::{Dtype, Samples};

/// What becomes of values that the other type cannot hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fit {
    /// One such value is an error that says how many there are.
    #[default]
    Exact,
    /// Rounded to the nearest that it holds, halves to even; beyond its ends is an error.
    Round,
    /// Rounded, and beyond its ends set to the end; NaN is still an error where whole numbers are wanted.
    Clip,
}

/// These values in another type; an error where `fit` does not allow what that would lose, or where memory has no
/// such type (see [`Dtype`]).
pub fn cast(samples: &Samples, dtype: Dtype, fit: Fit) -> Result<Samples> {
    if samples.dtype() == dtype {
        return Ok(samples.clone());
    }
    macro_rules! whole {
        ($kind:ty, $wrap:path) => {{
            let ends = (f64::from(<$kind>::MIN), f64::from(<$kind>::MAX));
            $wrap(each(samples, dtype, fit, |value| whole(value, ends, fit).map(|value| value as $kind))?)
        }};
    }
    Ok(match dtype {
        Dtype::U8 => whole!(u8, Samples::U8),
        Dtype::I8 => whole!(i8, Samples::I8),
        Dtype::U16 => whole!(u16, Samples::U16),
        Dtype::I16 => whole!(i16, Samples::I16),
        Dtype::U32 => whole!(u32, Samples::U32),
        Dtype::I32 => whole!(i32, Samples::I32),
        Dtype::F32 => Samples::F32(each(samples, dtype, fit, |value| single(value, fit))?),
        Dtype::F64 => Samples::F64(samples.to_f64()),
        Dtype::Bool | Dtype::U64 | Dtype::I64 | Dtype::F16 => {
            return Err(Error::unsupported(format!(
                "samples are not kept as {dtype}; expected u8, i8, u16, i16, u32, i32, f32 or f64"
            )));
        }
    })
}

fn each<T>(samples: &Samples, dtype: Dtype, fit: Fit, convert: impl Fn(f64) -> Option<T>) -> Result<Vec<T>> {
    let mut values = Vec::new();
    values.try_reserve_exact(samples.len()).map_err(|error| {
        Error::limit(format!("no memory for {} samples of {dtype}; free some", samples.len())).with_source(error)
    })?;
    values.extend((0..samples.len()).map_while(|idx| convert(samples.get(idx))));
    if values.len() == samples.len() {
        return Ok(values);
    }
    let first = samples.get(values.len());
    let n_lost = (values.len()..samples.len()).filter(|&idx| convert(samples.get(idx)).is_none()).count();
    let remedy = match fit {
        _ if first.is_nan() => "replace what is not a number first, or keep floating point",
        Fit::Exact => "round or clip them, or take a wider type",
        Fit::Round | Fit::Clip => "clip them, or take a wider type",
    };
    Err(Error::parameter(format!(
        "{n_lost} of {} values do not fit {dtype}, the first is {first}; {remedy}",
        samples.len()
    )))
}

fn whole(value: f64, (low, high): (f64, f64), fit: Fit) -> Option<f64> {
    match fit {
        Fit::Exact => (value.fract() == 0.0 && value >= low && value <= high).then_some(value),
        Fit::Round => Some(value.round_ties_even()).filter(|value| *value >= low && *value <= high),
        Fit::Clip => (!value.is_nan()).then(|| value.round_ties_even().clamp(low, high)),
    }
}

fn single(value: f64, fit: Fit) -> Option<f32> {
    let single = value as f32;
    let is_beyond = single.is_infinite() && value.is_finite();
    match fit {
        Fit::Exact => (f64::from(single).to_bits() == value.to_bits() || value.is_nan()).then_some(single),
        Fit::Round => (!is_beyond).then_some(single),
        Fit::Clip => Some(if is_beyond { f32::MAX.copysign(single) } else { single }),
    }
}
