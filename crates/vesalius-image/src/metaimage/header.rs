//! What is read of a MetaImage header, and what it must say.

use super::fields::{Fields, wrong};
use crate::error::{Error, Result};
use crate::payload::{Packing, Place, Start, numbered};
use crate::samples::{ByteOrder, Dtype};

/// What is read of a header.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) dtype: Dtype,
    pub(super) order: ByteOrder,
    pub(super) packing: Packing,
    pub(super) start: Start,
    pub(super) place: Place,
    /// Length of x, y, z and a further axis, as many as there are.
    pub(super) sizes: Vec<u64>,
    /// Samples of one voxel, which follow each other.
    pub(super) n_channels: u64,
    /// Distance of voxels along each axis.
    pub(super) spacing: Option<Vec<f64>>,
    /// World position of the first voxel.
    pub(super) origin: Option<Vec<f64>>,
    /// Row after row, each the direction of one axis.
    pub(super) matrix: Option<Vec<f64>>,
    pub(super) slope: f64,
    pub(super) intercept: f64,
}

impl Header {
    /// Checks and reads a header.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self> {
        let fields = Fields::parse(bytes)?;
        if let Some(kind) = fields.get("ObjectType").filter(|kind| *kind != "Image") {
            return Err(Error::unsupported(format!("this is a Meta object of type {kind:?}, and only Image is read")));
        }
        let n_axes = fields.required("NDims")?;
        let n_axes = match n_axes.parse() {
            Ok(n @ 2..=4) => n,
            Ok(n @ (1 | 5..=10)) => {
                return Err(Error::unsupported(format!(
                    "the MetaImage has {n} axes, and 2 to 4 are read; split it first"
                )));
            }
            _ => return Err(wrong("NDims", n_axes, "2 to 4")),
        };
        let packing = packing(&fields)?;
        let place = data_place(&fields, n_axes)?;
        Ok(Self {
            dtype: dtype(fields.required("ElementType")?)?,
            order: match fields.flag("BinaryDataByteOrderMSB")?.or(fields.flag("ElementByteOrderMSB")?) {
                Some(true) => ByteOrder::HighFirst,
                _ => ByteOrder::LowFirst,
            },
            start: start(&fields, &place)?,
            place: match place {
                // Counted from the first byte of the file, header included, as the Insight Toolkit does.
                Place::Inside(_) if fields.get("HeaderSize").is_some_and(|value| value != "0") => Place::Inside(0),
                place => place,
            },
            packing,
            sizes: sizes(&fields, n_axes)?,
            n_channels: match fields.get("ElementNumberOfChannels") {
                None => 1,
                Some(value) => value
                    .parse()
                    .ok()
                    .filter(|n| *n > 0)
                    .ok_or_else(|| wrong("ElementNumberOfChannels", value, "a whole number above 0"))?,
            },
            spacing: fields.numbers(&["ElementSpacing", "ElementSize"], n_axes)?,
            origin: fields.numbers(&["Offset", "Position", "Origin"], n_axes)?,
            matrix: fields.numbers(&["TransformMatrix", "Rotation", "Orientation"], n_axes * n_axes)?,
            slope: fields.number("ElementToIntensityFunctionSlope")?.unwrap_or(1.0),
            intercept: fields.number("ElementToIntensityFunctionOffset")?.unwrap_or(0.0),
        })
    }

    /// `[channel, z, y, x]`.
    pub(super) fn shape(&self) -> Result<[usize; 4]> {
        let fourth = self.sizes.get(3).copied().unwrap_or(1);
        if fourth > 1 && self.n_channels > 1 {
            return Err(Error::unsupported(format!(
                "the MetaImage has axes {:?} and {} channels; expected x, y, z and one of a further axis and channels; \
                 split it first",
                self.sizes, self.n_channels
            )));
        }
        let z = self.sizes.get(2).copied().unwrap_or(1);
        let lengths = [fourth.max(self.n_channels), z, self.sizes[1], self.sizes[0]];
        let mut shape = [0; 4];
        for (axis, length) in shape.iter_mut().zip(lengths) {
            *axis = usize::try_from(length)
                .map_err(|_| Error::limit(format!("an axis of {length} samples does not fit this machine")))?;
        }
        Ok(shape)
    }

    /// Whether values are other than stored; slope 0 means that there is none.
    pub(super) fn is_scaled(&self) -> bool {
        let is = |value: f64, neutral: f64| (value - neutral).abs() < f64::MIN_POSITIVE;
        let given = self.slope.is_finite() && self.intercept.is_finite() && !is(self.slope, 0.0);
        given && !(is(self.slope, 1.0) && is(self.intercept, 0.0))
    }
}

fn dtype(name: &str) -> Result<Dtype> {
    // Older files mark several channels in the name of the type.
    Ok(match name.strip_suffix("_ARRAY").unwrap_or(name) {
        "MET_CHAR" => Dtype::I8,
        "MET_UCHAR" => Dtype::U8,
        "MET_SHORT" => Dtype::I16,
        "MET_USHORT" => Dtype::U16,
        // Four bytes by definition, whatever a machine thinks of `long`.
        "MET_INT" | "MET_LONG" => Dtype::I32,
        "MET_UINT" | "MET_ULONG" => Dtype::U32,
        "MET_LONG_LONG" => Dtype::I64,
        "MET_ULONG_LONG" => Dtype::U64,
        "MET_FLOAT" => Dtype::F32,
        "MET_DOUBLE" => Dtype::F64,
        _ => return Err(wrong("ElementType", name, "a number type such as MET_SHORT or MET_FLOAT")),
    })
}

fn packing(fields: &Fields) -> Result<Packing> {
    let is_text = fields.flag("BinaryData")? == Some(false);
    Ok(match fields.flag("CompressedData")? {
        Some(true) => Packing::Deflated,
        _ if is_text => Packing::Text,
        _ => Packing::Raw,
    })
}

fn sizes(fields: &Fields, n_axes: usize) -> Result<Vec<u64>> {
    let value = fields.required("DimSize")?;
    let sizes: Vec<u64> = value.split_whitespace().filter_map(|word| word.parse().ok().filter(|n| *n > 0)).collect();
    if sizes.len() == n_axes && value.split_whitespace().count() == n_axes {
        Ok(sizes)
    } else {
        Err(wrong("DimSize", value, &format!("{n_axes} whole numbers above 0")))
    }
}

fn start(fields: &Fields, place: &Place) -> Result<Start> {
    match fields.get("HeaderSize") {
        None => Ok(Start::Behind { n_lines: 0, n_bytes: 0 }),
        Some("-1") => Ok(Start::FromEnd),
        Some(value) => {
            let n_bytes: u64 = value.parse().map_err(|_| wrong("HeaderSize", value, "a whole number, or -1"))?;
            match place {
                Place::Inside(end) if n_bytes > 0 && n_bytes < *end as u64 => {
                    Err(wrong("HeaderSize", value, &format!("{end} bytes at least, which the header itself has")))
                }
                _ if n_bytes > 0 && fields.flag("CompressedData")? == Some(true) => Err(Error::unsupported(
                    "the MetaImage header counts bytes in front of packed samples, which is not read; \
                     save it without HeaderSize",
                )),
                _ => Ok(Start::Behind { n_lines: 0, n_bytes }),
            }
        }
    }
}

fn data_place(fields: &Fields, n_axes: usize) -> Result<Place> {
    let value = fields.required("ElementDataFile")?;
    let words: Vec<&str> = value.split_whitespace().collect();
    let check = |dimension: &str| match dimension.trim_end_matches(['D', 'd']).parse::<usize>() {
        Ok(n) if n == n_axes - 1 || n == n_axes => Ok(()),
        _ => Err(Error::unsupported(format!(
            "each MetaImage data file holds {dimension}, and other than whole slices of the last axis are not \
                 read; save the volume in one file"
        ))),
    };
    let range: Vec<i64> = words.iter().skip(1).filter_map(|word| word.parse().ok()).collect();
    match (words.as_slice(), range.as_slice()) {
        (["LOCAL" | "Local" | "local"], _) => Ok(Place::Inside(fields.end)),
        (["LIST", dimension @ ..], _) if dimension.len() <= 1 => {
            dimension.first().map_or(Ok(()), |dimension| check(dimension))?;
            Ok(Place::Beside(fields.listed.clone()))
        }
        ([pattern, _, _, _], [first, last, step]) if pattern.contains('%') => {
            Ok(Place::Beside(numbered(pattern, [*first, *last, *step])?))
        }
        // A name may have blanks in it.
        _ => Ok(Place::Beside(vec![value.to_owned()])),
    }
}
