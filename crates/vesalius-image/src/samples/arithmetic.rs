//! Sample types in arithmetic: the floating type that is wide enough for each, and the way back.

use std::ops::{Add, AddAssign, Mul, Sub};

use super::Value;
use crate::error::{Error, Result};

/// Floating point in which weighted sums of samples are taken.
pub(crate) trait Wide:
    Sample<Wide = Self>
    + Narrow<Self>
    + PartialOrd
    + Add<Output = Self>
    + AddAssign
    + Sub<Output = Self>
    + Mul<Output = Self>
{
    /// What a sum of products is off by at most, in parts of its largest term.
    const PRECISION: f64;
    /// Rounded to the nearest.
    fn from_f64(value: f64) -> Self;
    /// The part of a fixed-point number behind the point, with `bits` bits there; exact as far as the type holds it.
    fn fraction(fixed: i64, bits: u32) -> Self;
}

impl Wide for f32 {
    const PRECISION: f64 = 1e-8;

    #[inline]
    fn from_f64(value: f64) -> Self {
        value as Self
    }

    #[inline]
    fn fraction(fixed: i64, bits: u32) -> Self {
        // As many digits as the type holds, so that the cast is exact.
        let digits = (fixed >> (bits - Self::MANTISSA_DIGITS)) & ((1 << Self::MANTISSA_DIGITS) - 1);
        digits as i32 as Self * (1.0 / (1 << Self::MANTISSA_DIGITS) as Self)
    }
}

impl Wide for f64 {
    const PRECISION: f64 = 1e-16;

    #[inline]
    fn from_f64(value: f64) -> Self {
        value
    }

    #[inline]
    fn fraction(fixed: i64, bits: u32) -> Self {
        (fixed & ((1 << bits) - 1)) as Self * (1.0 / (1_i64 << bits) as Self)
    }
}

/// A sample type with its wide type: `f32` where that holds every value, else `f64`.
pub(crate) trait Sample: Value + Default + PartialEq + Send + Sync + 'static {
    /// Holds every value of the type exactly.
    type Wide: Wide;
    /// Exact.
    fn wide(self) -> Self::Wide;
    /// The value in this type; an error where it is an integer type that does not hold it.
    fn exactly(value: f64) -> Result<Self>;
}

/// A sample type that a wide value comes back to.
pub(crate) trait Narrow<W>: Sample {
    /// Integers: to the nearest, halves to even, saturating, NaN to 0. Floating point: to the nearest.
    fn narrow(wide: W) -> Self;
}

macro_rules! integer {
    ($wide:ident, $magic:expr; $($kind:ident),*) => {$(
        impl Sample for $kind {
            type Wide = $wide;
            #[inline]
            fn wide(self) -> $wide {
                $wide::from(self)
            }
            fn exactly(value: f64) -> Result<Self> {
                let narrow = value as $kind;
                if f64::from(narrow).total_cmp(&(value + 0.0)).is_eq() {
                    return Ok(narrow);
                }
                Err(Error::parameter(format!(
                    "{value} cannot be a sample of type {}; expected a whole number from {} to {}",
                    stringify!($kind), $kind::MIN, $kind::MAX
                )))
            }
        }
        impl Narrow<$wide> for $kind {
            #[inline]
            fn narrow(wide: $wide) -> Self {
                // Adding and taking away a number that leaves no digit behind the point rounds as the processor does,
                // halves to even, and is vector code on every processor.
                let within = wide.max($wide::from($kind::MIN)).min($wide::from($kind::MAX));
                let whole = (within + $magic) - $magic;
                if wide.is_nan() { 0 } else { whole as $kind }
            }
        }
    )*};
}
integer!(f32, 12_582_912.0; u8, i8, u16, i16);
integer!(f64, 6_755_399_441_055_744.0; u32, i32);

macro_rules! floating {
    ($($kind:ident),*) => {$(
        impl Sample for $kind {
            type Wide = $kind;
            #[inline]
            fn wide(self) -> $kind {
                self
            }
            fn exactly(value: f64) -> Result<Self> {
                Ok(value as $kind)
            }
        }
    )*};
}
floating!(f32, f64);

impl Narrow<f32> for f32 {
    #[inline]
    fn narrow(wide: f32) -> Self {
        wide
    }
}

impl Narrow<f64> for f32 {
    #[inline]
    fn narrow(wide: f64) -> Self {
        wide as Self
    }
}

impl Narrow<f64> for f64 {
    #[inline]
    fn narrow(wide: f64) -> Self {
        wide
    }
}

/// `n` zeros; an error where there is no memory for them.
pub(crate) fn zeros<T: Copy + Default>(n: usize) -> Result<Vec<T>> {
    // Zeroed memory comes from the system page by page when it is first written, by the thread that needs it; it
    // cannot be asked for fallibly, so memory of this size is asked for first.
    let mut asked: Vec<T> = Vec::new();
    asked.try_reserve_exact(n).map_err(|error| {
        Error::limit(format!("no memory for {n} samples; free some or ask for fewer")).with_source(error)
    })?;
    drop(asked);
    Ok(vec![T::default(); n])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_round_to_even_and_saturate() {
        for (wide, expected) in [(0.5, 0), (1.5, 2), (2.5, 2), (-0.5, 0), (-1.5, -2), (1e9, 32767), (-1e9, -32768)] {
            assert_eq!(<i16 as Narrow<f32>>::narrow(wide), expected, "{wide}");
        }
        assert_eq!(<u8 as Narrow<f32>>::narrow(f32::NAN), 0);
        assert_eq!(<u32 as Narrow<f64>>::narrow(4_294_967_294.5), 4_294_967_294);
        assert_eq!(<u32 as Narrow<f64>>::narrow(f64::INFINITY), u32::MAX);
    }

    #[test]
    fn a_value_is_held_exactly_or_refused() {
        assert_eq!(u8::exactly(255.0).unwrap(), 255);
        assert_eq!(u8::exactly(-0.0).unwrap(), 0);
        assert!(u8::exactly(-1.0).is_err() && u8::exactly(0.5).is_err() && u8::exactly(f64::NAN).is_err());
        assert!(f32::exactly(f64::NAN).unwrap().is_nan());
    }
}
