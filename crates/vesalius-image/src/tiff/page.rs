//! One image of a TIFF file: size, sample type, and where its strips or tiles lie.

use super::directory::{Directory, File};
use crate::error::{Error, Result};
use crate::samples::Dtype;

/// What the numbers of a pixel are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Photometric {
    WhiteIsZero,
    Gray,
    Rgb,
    Palette,
    /// Luma and chroma, which the JPEG decoder turns into red, green and blue.
    YCbCr,
    Other(u64),
}

/// One image.
#[derive(Clone, Debug)]
pub(super) struct Page {
    /// Width and height.
    pub(super) size: [usize; 2],
    /// Width and height of a tile, or of a strip.
    pub(super) chunk: [usize; 2],
    pub(super) is_tiled: bool,
    /// Samples of one pixel in the file.
    pub(super) n_stored: usize,
    /// Whether each sample of the pixel has strips or tiles of its own.
    pub(super) is_planar: bool,
    pub(super) bits: u64,
    pub(super) dtype: Dtype,
    pub(super) photometric: Photometric,
    pub(super) compression: u64,
    pub(super) predictor: u64,
    /// Position of the opacity among the samples of a pixel.
    pub(super) alpha: Option<usize>,
    pub(super) jpeg_tables: Option<Vec<u8>>,
    /// Reds, greens and blues of 16 bits.
    pub(super) palette: Option<Vec<u64>>,
    /// Offset and length of each strip or tile.
    pub(super) chunks: Vec<[u64; 2]>,
    /// Bit 0: a smaller version of another image. Bit 2: a mask.
    pub(super) subfile: u64,
    pub(super) description: String,
    /// Pixels along x and y in one unit.
    pub(super) resolution: [Option<f64>; 2],
    /// 1: no unit; 2: inch; 3: centimeter.
    pub(super) resolution_unit: u64,
    /// 1: the first pixel is at the top left.
    pub(super) orientation: u64,
    /// Where further directories of this image are.
    pub(super) sub_directories: Vec<u64>,
}

impl Page {
    /// Reads and checks a directory.
    pub(super) fn read(file: &File<'_>, directory: &Directory) -> Result<Self> {
        let required = |tag: u16, name: &str| {
            let value = file.unsigned(directory, tag)?.filter(|value| (1..=u64::from(u32::MAX)).contains(value));
            value.ok_or_else(|| Error::format(format!("the TIFF image has no {name} above 0; the file is damaged")))
        };
        let or = |tag: u16, default: u64| Ok::<u64, Error>(file.unsigned(directory, tag)?.unwrap_or(default));
        let size = [required(256, "width")? as usize, required(257, "height")? as usize];
        let n_stored = or(277, 1)?;
        if !(1..=u64::from(u16::MAX)).contains(&n_stored) {
            return Err(Error::format(format!("the TIFF image has {n_stored} samples in a pixel; it is damaged")));
        }
        let n_stored = n_stored as usize;
        let bits = uniform(file, directory, 258, 1)?;
        let photometric = match file.unsigned(directory, 262)? {
            Some(0) => Photometric::WhiteIsZero,
            Some(1) => Photometric::Gray,
            Some(2) => Photometric::Rgb,
            Some(3) => Photometric::Palette,
            Some(6) => Photometric::YCbCr,
            Some(other) => Photometric::Other(other),
            None => return Err(Error::format("the TIFF image does not say what its numbers are; it is damaged")),
        };
        let is_tiled = file.unsigned(directory, 324)?.is_some();
        let mut page = Self {
            size,
            chunk: if is_tiled {
                [required(322, "tile width")? as usize, required(323, "tile height")? as usize]
            } else {
                [size[0], or(278, u64::MAX)?.clamp(1, size[1] as u64) as usize]
            },
            is_tiled,
            n_stored,
            is_planar: or(284, 1)? == 2 && n_stored > 1,
            bits,
            dtype: dtype(bits, uniform(file, directory, 339, 1)?)?,
            photometric,
            compression: or(259, 1)?,
            predictor: or(317, 1)?,
            alpha: alpha(file, directory, photometric, n_stored)?,
            jpeg_tables: file.bytes(directory, 347)?,
            palette: file.unsigneds(directory, 320)?,
            chunks: Vec::new(),
            subfile: or(254, 0)?,
            description: file.text(directory, 270)?.unwrap_or_default(),
            resolution: [file.fraction(directory, 282)?, file.fraction(directory, 283)?],
            resolution_unit: or(296, 2)?,
            orientation: or(274, 1)?,
            sub_directories: file.unsigneds(directory, 330)?.unwrap_or_default(),
        };
        if or(266, 1)? != 1 {
            return Err(Error::unsupported("the TIFF image has the bits of each byte reversed; save it again"));
        }
        page.chunks = page.read_chunks(file, directory)?;
        Ok(page)
    }

    fn read_chunks(&self, file: &File<'_>, directory: &Directory) -> Result<Vec<[u64; 2]>> {
        let (offsets, counts) = if self.is_tiled { (324, 325) } else { (273, 279) };
        let [across, down] = self.grid();
        let n_planes = if self.is_planar { self.n_stored } else { 1 };
        let n_expected = across.checked_mul(down).and_then(|n| n.checked_mul(n_planes));
        let offsets = file.unsigneds(directory, offsets)?.unwrap_or_default();
        let counts = file.unsigneds(directory, counts)?.unwrap_or_default();
        match n_expected {
            Some(n) if n <= offsets.len() && n <= counts.len() => {
                Ok(offsets.into_iter().zip(counts).take(n).map(|(offset, count)| [offset, count]).collect())
            }
            _ => Err(Error::format(format!(
                "the TIFF image of {:?} pixels has {} strips or tiles of {:?}, which do not cover it; it is damaged",
                self.size,
                offsets.len().min(counts.len()),
                self.chunk
            ))),
        }
    }

    /// How many strips or tiles there are across and down.
    pub(super) fn grid(&self) -> [usize; 2] {
        [self.size[0].div_ceil(self.chunk[0]), self.size[1].div_ceil(self.chunk[1])]
    }

    /// How many channels a volume of this image has.
    pub(super) fn n_channels(&self) -> usize {
        self.n_stored - usize::from(self.alpha.is_some())
    }

    /// Whether this is a smaller version of another image.
    pub(super) fn is_reduced(&self) -> bool {
        self.subfile & 1 == 1
    }

    /// Whether another image has the size and type of this one, so that both can be slices of one volume.
    pub(super) fn agrees(&self, other: &Self) -> bool {
        let facts = |page: &Self| (page.size, page.n_channels(), page.dtype, page.photometric);
        facts(self) == facts(other)
    }

    /// Distance of pixels along x and y in millimeters, by the resolution tags, if they have a unit.
    pub(super) fn pixel_mm(&self) -> Option<[f64; 2]> {
        let unit_mm = match self.resolution_unit {
            2 => 25.4,
            3 => 10.0,
            _ => return None,
        };
        self.pixel_in(unit_mm)
    }

    /// Distance of pixels in millimeters, if the resolution tags count in a unit of this length.
    pub(super) fn pixel_in(&self, unit_mm: f64) -> Option<[f64; 2]> {
        let [x, y] = self.resolution;
        let size = [unit_mm / x?, unit_mm / y?];
        size.iter().all(|v| v.is_finite() && *v > 0.0).then_some(size)
    }
}

/// The one value that all samples of a pixel have.
fn uniform(file: &File<'_>, directory: &Directory, tag: u16, default: u64) -> Result<u64> {
    let values = file.unsigneds(directory, tag)?.unwrap_or_else(|| vec![default]);
    let first = values.first().copied().unwrap_or(default);
    if values.iter().all(|value| *value == first) {
        Ok(first)
    } else {
        Err(Error::unsupported(format!(
            "the samples of a TIFF pixel differ in kind (tag {tag} is {values:?}); save it with one kind of sample"
        )))
    }
}

fn dtype(bits: u64, format: u64) -> Result<Dtype> {
    Ok(match (format, bits) {
        (1 | 4, 1) => Dtype::Bool,
        (1 | 4, 2 | 4 | 8) => Dtype::U8,
        (1 | 4, 16) => Dtype::U16,
        (1 | 4, 32) => Dtype::U32,
        (1 | 4, 64) => Dtype::U64,
        (2, 8) => Dtype::I8,
        (2, 16) => Dtype::I16,
        (2, 32) => Dtype::I32,
        (2, 64) => Dtype::I64,
        (3, 16) => Dtype::F16,
        (3, 32) => Dtype::F32,
        (3, 64) => Dtype::F64,
        _ => {
            return Err(Error::unsupported(format!(
                "TIFF samples of {bits} bits in format {format} are not read; save the image with 8, 16 or 32 bits"
            )));
        }
    })
}

/// Which sample of a pixel is its opacity: the first beyond color that is declared so, or the fourth of a color.
fn alpha(file: &File<'_>, directory: &Directory, photometric: Photometric, n_stored: usize) -> Result<Option<usize>> {
    let n_color = if matches!(photometric, Photometric::Rgb | Photometric::YCbCr) { 3 } else { 1 };
    let extra = file.unsigneds(directory, 338)?;
    Ok(match extra.as_ref().and_then(|kinds| kinds.iter().position(|kind| matches!(kind, 1 | 2))) {
        Some(idx) if n_color + idx < n_stored => Some(n_color + idx),
        None if extra.is_none() && n_color == 3 && n_stored == 4 => Some(3),
        _ => None,
    })
}
