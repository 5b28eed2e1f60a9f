//! What is read of a NRRD header, and what it must say.

use super::fields::{Fields, numbers, vectors, words, wrong};
use crate::error::{Error, Result};
use crate::payload::{Packing, Place, Start, numbered};
use crate::samples::{ByteOrder, Dtype};

/// The most axes that the format has.
const AXES_MAX: usize = 16;

/// What directions and origin are given in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Space {
    /// Axes of the patient; the signs that lead from the file to LPS.
    Patient([f64; 3]),
    /// Axes of a scanner or of nothing, from which no way leads to the patient.
    Other,
    /// No space is named.
    Absent,
}

/// What is read of a header.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) dtype: Dtype,
    pub(super) order: ByteOrder,
    pub(super) packing: Packing,
    pub(super) start: Start,
    pub(super) place: Place,
    /// Length of each axis, the fastest first.
    pub(super) sizes: Vec<u64>,
    pub(super) space: Space,
    /// For each axis its step in space.
    pub(super) directions: Option<Vec<Option<Vec<f64>>>>,
    /// For each axis the distance of samples; NaN where it has none.
    pub(super) spacings: Option<Vec<f64>>,
    pub(super) origin: Option<Vec<f64>>,
    /// For each axis what it counts.
    pub(super) kinds: Option<Vec<String>>,
    /// Units of length, of space or for each axis.
    pub(super) length_units: Vec<String>,
    pub(super) sample_units: Option<String>,
}

impl Header {
    /// Checks and reads a header.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self> {
        let fields = Fields::parse(bytes)?;
        let dtype = dtype(fields.required("type")?)?;
        let sizes = sizes(&fields)?;
        let per_axis = |name: &str, n_found: usize| {
            if n_found == sizes.len() {
                Ok(())
            } else {
                Err(wrong(name, &format!("of {n_found} axes"), &format!("one for each of {} axes", sizes.len())))
            }
        };
        let directions = fields.get("space directions").map(|value| vectors("space directions", value)).transpose()?;
        directions.as_ref().map_or(Ok(()), |found| per_axis("space directions", found.len()))?;
        let spacings = fields.get("spacings").map(|value| numbers("spacings", value)).transpose()?;
        spacings.as_ref().map_or(Ok(()), |found| per_axis("spacings", found.len()))?;
        let kinds =
            fields.get("kinds").map(|value| value.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>());
        kinds.as_ref().map_or(Ok(()), |found| per_axis("kinds", found.len()))?;
        let packing = packing(fields.required("encoding")?)?;
        Ok(Self {
            dtype,
            order: order(&fields, dtype, packing)?,
            packing,
            start: start(&fields)?,
            place: data_place(&fields)?,
            space: space(&fields)?,
            directions,
            spacings,
            origin: origin(&fields)?,
            kinds,
            length_units: fields.get("space units").or_else(|| fields.get("units")).map(words).unwrap_or_default(),
            sample_units: fields
                .get("sample units")
                .map(|value| words(value).join(" "))
                .filter(|unit| !unit.is_empty()),
            sizes,
        })
    }
}

fn dtype(name: &str) -> Result<Dtype> {
    Ok(match name.to_lowercase().as_str() {
        "signed char" | "int8" | "int8_t" => Dtype::I8,
        "uchar" | "unsigned char" | "uint8" | "uint8_t" => Dtype::U8,
        "short" | "short int" | "signed short" | "signed short int" | "int16" | "int16_t" => Dtype::I16,
        "ushort" | "unsigned short" | "unsigned short int" | "uint16" | "uint16_t" => Dtype::U16,
        "int" | "signed int" | "int32" | "int32_t" => Dtype::I32,
        "uint" | "unsigned int" | "uint32" | "uint32_t" => Dtype::U32,
        "longlong"
        | "long long"
        | "long long int"
        | "signed long long"
        | "signed long long int"
        | "int64"
        | "int64_t" => Dtype::I64,
        "ulonglong" | "unsigned long long" | "unsigned long long int" | "uint64" | "uint64_t" => Dtype::U64,
        "float" => Dtype::F32,
        "double" => Dtype::F64,
        "block" => {
            return Err(Error::unsupported(
                "the NRRD samples are blocks of bytes without a type, which are not read; save them as numbers",
            ));
        }
        _ => return Err(wrong("type", name, "a type such as short, float or uint8")),
    })
}

fn sizes(fields: &Fields) -> Result<Vec<u64>> {
    let n_axes = fields.required("dimension")?;
    let n_axes = n_axes.parse().ok().filter(|n| (1..=AXES_MAX).contains(n));
    let n_axes: usize = n_axes.ok_or_else(|| wrong("dimension", fields.get("dimension").unwrap_or(""), "1 to 16"))?;
    let value = fields.required("sizes")?;
    let sizes: Vec<u64> = value.split_whitespace().filter_map(|word| word.parse().ok().filter(|n| *n > 0)).collect();
    if sizes.len() == n_axes && value.split_whitespace().count() == n_axes {
        Ok(sizes)
    } else {
        Err(wrong("sizes", value, &format!("{n_axes} whole numbers above 0")))
    }
}

fn packing(name: &str) -> Result<Packing> {
    match name.to_lowercase().as_str() {
        "raw" => Ok(Packing::Raw),
        "gzip" | "gz" => Ok(Packing::Deflated),
        "txt" | "text" | "ascii" => Ok(Packing::Text),
        "hex" | "bzip2" | "bz2" => Err(Error::unsupported(format!(
            "the NRRD samples are packed as {name}, which is not read; save the file with encoding gzip"
        ))),
        _ => Err(wrong("encoding", name, "raw, gzip or text")),
    }
}

fn order(fields: &Fields, dtype: Dtype, packing: Packing) -> Result<ByteOrder> {
    match fields.get("endian").map(str::to_lowercase).as_deref() {
        Some("little") => Ok(ByteOrder::LowFirst),
        Some("big") => Ok(ByteOrder::HighFirst),
        None if dtype.stored_bytes() == 1 || packing == Packing::Text => Ok(ByteOrder::LowFirst),
        None => Err(Error::format(
            "the NRRD header does not say which byte of a sample comes first; add \"endian: little\" or \"endian: big\"",
        )),
        Some(other) => Err(wrong("endian", other, "little or big")),
    }
}

fn start(fields: &Fields) -> Result<Start> {
    let n_lines = fields.get("line skip").unwrap_or("0");
    let n_lines = n_lines.parse().map_err(|_| wrong("line skip", n_lines, "a whole number"))?;
    match fields.get("byte skip").unwrap_or("0") {
        // The lines before do not matter then.
        "-1" => Ok(Start::FromEnd),
        value => {
            let n_bytes = value.parse().map_err(|_| wrong("byte skip", value, "a whole number, or -1"))?;
            Ok(Start::Behind { n_lines, n_bytes })
        }
    }
}

fn data_place(fields: &Fields) -> Result<Place> {
    let Some(value) = fields.get("data file") else { return Ok(Place::Inside(fields.end)) };
    let words: Vec<&str> = value.split_whitespace().collect();
    let whole_slices = |dimension: &str| {
        Error::unsupported(format!(
            "each NRRD data file holds {dimension} axes, and other than whole slices of the last axis are not read; \
             save the volume in one file"
        ))
    };
    let n_slice_axes = fields.required("dimension")?.parse::<usize>().unwrap_or(1).saturating_sub(1);
    let check = |dimension: Option<&&str>| match dimension {
        Some(axes) if axes.parse().ok().is_none_or(|n: usize| n != n_slice_axes && n != n_slice_axes + 1) => {
            Err(whole_slices(axes))
        }
        _ => Ok(()),
    };
    if words.first() == Some(&"LIST") {
        check(words.get(1))?;
        return Ok(Place::Beside(fields.listed.clone()));
    }
    let range: Vec<i64> = words.iter().skip(1).filter_map(|word| word.parse().ok()).collect();
    match (words.as_slice(), range.as_slice()) {
        ([pattern, ..], [first, last, step, ..]) if pattern.contains('%') && words.len() <= 5 => {
            check(words.get(4))?;
            Ok(Place::Beside(numbered(pattern, [*first, *last, *step])?))
        }
        // A name may have blanks in it.
        _ => Ok(Place::Beside(vec![value.to_owned()])),
    }
}

fn space(fields: &Fields) -> Result<Space> {
    let Some(name) = fields.get("space") else { return Ok(Space::Absent) };
    match name.to_lowercase().as_str() {
        "left-posterior-superior" | "lps" => Ok(Space::Patient([1.0, 1.0, 1.0])),
        "right-anterior-superior" | "ras" => Ok(Space::Patient([-1.0, -1.0, 1.0])),
        "left-anterior-superior" | "las" => Ok(Space::Patient([1.0, -1.0, 1.0])),
        "scanner-xyz" | "3d-right-handed" | "3d-left-handed" => Ok(Space::Other),
        timed if timed.ends_with("-time") || matches!(timed, "last" | "rast" | "lpst") => Err(Error::unsupported(
            format!("the NRRD space {name:?} has time as its fourth axis, which is not read; split the volume first"),
        )),
        _ => Err(wrong("space", name, "a space such as left-posterior-superior")),
    }
}

fn origin(fields: &Fields) -> Result<Option<Vec<f64>>> {
    let Some(value) = fields.get("space origin") else { return Ok(None) };
    match vectors("space origin", value)?.as_slice() {
        [Some(origin)] => Ok(Some(origin.clone())),
        _ => Err(wrong("space origin", value, "one vector")),
    }
}
