//! From stored values to what they mean: rescaling, lookup tables, palettes, units (PS3.3, C.11.1 and C.7.6.3.1).

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use super::file::Set;
use crate::error::{Error, Result};
use crate::reading::Problem;
use crate::samples::{Samples, Value, for_samples};

/// A straight line from stored to real values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rescale {
    pub(crate) slope: f64,
    pub(crate) intercept: f64,
}

impl Rescale {
    /// What leaves values as they are.
    pub(crate) const NONE: Self = Self { slope: 1.0, intercept: 0.0 };

    /// What a data set says, which may be the item of a functional group; `None` where it says nothing.
    pub(crate) fn of(set: Set<'_>) -> Result<Option<Self>> {
        let slope = match set.float(tags::RESCALE_SLOPE)? {
            // A dose grid has a slope of its own name.
            None => set.float(tags::DOSE_GRID_SCALING)?,
            slope => slope,
        };
        let intercept = set.float(tags::RESCALE_INTERCEPT)?;
        if slope.is_none() && intercept.is_none() {
            return Ok(None);
        }
        let rescale = Self { slope: slope.unwrap_or(1.0), intercept: intercept.unwrap_or(0.0) };
        let is_sound = rescale.slope.is_finite() && rescale.intercept.is_finite() && rescale.slope != 0.0;
        if is_sound {
            return Ok(Some(rescale));
        }
        Err(Error::format(format!(
            "the file rescales by slope {} and intercept {}; expected finite numbers and a slope other than 0; \
             read the stored values instead",
            rescale.slope, rescale.intercept
        )))
    }

    /// Whether values stay as they are.
    pub(crate) fn is_none(self) -> bool {
        self == Self::NONE
    }

    /// Real values: 16-bit numbers stay whole where slope and intercept are, everything else becomes `f32`, or `f64`
    /// where stored values have more than 24 bits.
    pub(crate) fn apply(self, samples: Samples) -> Samples {
        if self.is_none() {
            return samples;
        }
        if let Some(whole) = self.whole(&samples) {
            return whole;
        }
        let real = |stored: f64| stored * self.slope + self.intercept;
        match samples {
            Samples::U32(_) | Samples::I32(_) | Samples::F64(_) => {
                Samples::F64(for_samples!(&samples, values => values.iter().map(|v| real(v.as_f64())).collect()))
            }
            other => {
                Samples::F32(for_samples!(&other, values => values.iter().map(|v| real(v.as_f64()) as f32).collect()))
            }
        }
    }

    /// Rescaled values as `i16` or `i32`, where all of them are whole numbers.
    fn whole(self, samples: &Samples) -> Option<Samples> {
        let is_whole = |value: f64| value.fract() == 0.0 && value.abs() <= f64::from(1 << 24);
        if !is_whole(self.slope) || !is_whole(self.intercept) {
            return None;
        }
        if !matches!(samples, Samples::U8(_) | Samples::I8(_) | Samples::U16(_) | Samples::I16(_)) {
            return None;
        }
        let (slope, intercept) = (self.slope as i64, self.intercept as i64);
        let real = |stored: f64| stored as i64 * slope + intercept;
        let (low, high) = for_samples!(samples, values => {
            values.iter().map(|v| real(v.as_f64())).fold((i64::MAX, i64::MIN), |(l, h), v| (l.min(v), h.max(v)))
        });
        if low >= i64::from(i16::MIN) && high <= i64::from(i16::MAX) {
            let narrow = for_samples!(samples, values => values.iter().map(|v| real(v.as_f64()) as i16).collect());
            return Some(Samples::I16(narrow));
        }
        if low >= i64::from(i32::MIN) && high <= i64::from(i32::MAX) {
            let wide = for_samples!(samples, values => values.iter().map(|v| real(v.as_f64()) as i32).collect());
            return Some(Samples::I32(wide));
        }
        None
    }
}

/// What the values of a data set are in: what the file says, and Hounsfield units for rescaled CT.
pub(crate) fn units(set: Set<'_>) -> Result<Option<String>> {
    let said = match set.text(tags::RESCALE_TYPE)? {
        None => set.text(tags::UNITS)?,
        said => said,
    };
    if set.has(tags::DOSE_GRID_SCALING) {
        return Ok(set.text(tags::DOSE_UNITS)?.map(|units| if units == "GY" { "Gy".to_owned() } else { units }));
    }
    if let Some(said) = said {
        return Ok((said != "US").then_some(said));
    }
    let is_ct = set.text(tags::MODALITY)?.as_deref() == Some("CT");
    Ok((is_ct && set.has(tags::RESCALE_INTERCEPT)).then(|| "HU".to_owned()))
}

/// A lookup table: what stored values from `first` on become.
struct Table {
    first: i64,
    values: Vec<u16>,
}

impl Table {
    fn of(set: Set<'_>, descriptor: Tag, data: Tag, is_signed: bool) -> Result<Option<Self>> {
        let described = set.ints(descriptor)?;
        let [n, first, bits, ..] = described[..] else { return Ok(None) };
        let n = if n == 0 { 1 << 16 } else { n };
        // The first value is signed where pixels are, whatever the element says of itself.
        let first = if is_signed && first > i64::from(i16::MAX) { first - (1 << 16) } else { first };
        let Some(bytes) = set.bytes(data)? else { return Ok(None) };
        let values: Vec<u16> = if bits <= 8 && bytes.len() as i64 <= n + 1 {
            bytes.iter().map(|byte| u16::from(*byte)).collect()
        } else {
            set.ints(data)?.into_iter().map(|value| value as u16).collect()
        };
        let n = usize::try_from(n).unwrap_or(usize::MAX);
        if values.len() < n {
            return Err(Error::format(format!(
                "a lookup table has {} entries and announces {n}; read the stored values instead",
                values.len()
            )));
        }
        Ok(Some(Self { first, values }))
    }

    fn apply(&self, samples: &Samples) -> Vec<u16> {
        let last = self.values.len() as i64 - 1;
        let look = |stored: f64| self.values[(stored as i64 - self.first).clamp(0, last) as usize];
        for_samples!(samples, values => values.iter().map(|v| look(v.as_f64())).collect())
    }
}

/// Values through the modality lookup table of a data set; `None` where it has none.
pub(crate) fn through_table(set: Set<'_>, samples: &Samples, is_signed: bool) -> Result<Option<Samples>> {
    let Some(item) = set.item(tags::MODALITY_LUT_SEQUENCE) else { return Ok(None) };
    let table = Table::of(item, tags::LUT_DESCRIPTOR, tags::LUT_DATA, is_signed)?;
    Ok(table.map(|table| Samples::U16(table.apply(samples))))
}

/// Red, green and blue of palette indices; `None` where the palette is missing or written in segments.
pub(crate) fn through_palette(set: Set<'_>, samples: &Samples, is_signed: bool) -> Result<Option<Samples>> {
    let colors = [
        (tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR, tags::RED_PALETTE_COLOR_LOOKUP_TABLE_DATA),
        (tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR, tags::GREEN_PALETTE_COLOR_LOOKUP_TABLE_DATA),
        (tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DESCRIPTOR, tags::BLUE_PALETTE_COLOR_LOOKUP_TABLE_DATA),
    ];
    let mut planes = Vec::new();
    for (descriptor, data) in colors {
        let Some(table) = Table::of(set, descriptor, data, is_signed)? else { return Ok(None) };
        planes.extend(table.apply(samples));
    }
    Ok(Some(Samples::U16(planes)))
}

/// What a user should know of the values, although they are what the file says.
pub(crate) fn problems(set: Set<'_>) -> Result<Vec<Problem>> {
    let mut problems = Vec::new();
    if set.text(tags::PHOTOMETRIC_INTERPRETATION)?.as_deref() == Some("MONOCHROME1") {
        problems.push(Problem::new(
            "inverted-display",
            "the smallest value is to be shown white (MONOCHROME1); values are kept as they are",
            "invert before comparing with images that are shown the other way",
        ));
    }
    if let Some(padding) = set.int(tags::PIXEL_PADDING_VALUE)? {
        problems.push(Problem::new(
            "padding-value",
            format!("pixels outside of what was imaged are stored as {padding}; they are kept as they are"),
            "leave them out of statistics, or clip values first",
        ));
    }
    Ok(problems)
}
