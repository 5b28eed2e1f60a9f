//! Writing TIFF: a page for each slice, packed with deflate.

use std::io::Cursor;

use tiff::encoder::colortype::{
    ColorType, Gray8, Gray16, Gray32, Gray32Float, Gray64Float, GrayI8, GrayI16, GrayI32, RGB8, RGB16, RGB32Float,
};
use tiff::encoder::{Compression, DeflateLevel, Predictor, Rational, TiffEncoder, TiffKind, TiffValue};
use tiff::tags::{ResolutionUnit, Tag};
use tiff::{TiffError, TiffResult};

use crate::error::{Error, Result};
use crate::format::Encoded;
use crate::samples::Samples;
use crate::volume::Volume;

/// Beyond this, offsets of 32 bits might not do.
const CLASSIC_BYTES_MAX: u64 = 3 << 30;

/// A volume as `.tif`, a page for each slice; the same volume gives the same bytes.
///
/// Gray of every sample type is written, and red, green and blue of 8, 16 and floating 32 bits. Spacing is kept, in
/// the resolution tags and as `ImageJ` writes it; origin and direction are not, because the format has no place for them.
pub fn encode(volume: &Volume, name: &str) -> Result<Vec<Encoded>> {
    let n_bytes = volume.samples().len() as u64 * volume.samples().dtype().stored_bytes();
    let mut bytes = Cursor::new(Vec::new());
    let written = if n_bytes < CLASSIC_BYTES_MAX {
        TiffEncoder::new(&mut bytes).map_err(from_tiff).and_then(|encoder| pages(encoder, volume))
    } else {
        TiffEncoder::new_big(&mut bytes).map_err(from_tiff).and_then(|encoder| pages(encoder, volume))
    };
    written.map(|()| vec![Encoded { name: name.to_owned(), bytes: bytes.into_inner() }])
}

type Encoder<'a, K> = TiffEncoder<&'a mut Cursor<Vec<u8>>, K>;

fn pages<K: TiffKind>(encoder: Encoder<'_, K>, volume: &Volume) -> Result<()> {
    let encoder = encoder.with_compression(Compression::Deflate(DeflateLevel::Balanced));
    let whole = Predictor::Horizontal;
    match (volume.samples(), volume.shape()[0]) {
        (Samples::U8(values), 1) => write::<Gray8, K>(encoder.with_predictor(whole), volume, values),
        (Samples::I8(values), 1) => write::<GrayI8, K>(encoder.with_predictor(whole), volume, values),
        (Samples::U16(values), 1) => write::<Gray16, K>(encoder.with_predictor(whole), volume, values),
        (Samples::I16(values), 1) => write::<GrayI16, K>(encoder.with_predictor(whole), volume, values),
        (Samples::U32(values), 1) => write::<Gray32, K>(encoder.with_predictor(whole), volume, values),
        (Samples::I32(values), 1) => write::<GrayI32, K>(encoder.with_predictor(whole), volume, values),
        (Samples::F32(values), 1) => write::<Gray32Float, K>(encoder, volume, values),
        (Samples::F64(values), 1) => write::<Gray64Float, K>(encoder, volume, values),
        (Samples::U8(values), 3) => write::<RGB8, K>(encoder.with_predictor(whole), volume, values),
        (Samples::U16(values), 3) => write::<RGB16, K>(encoder.with_predictor(whole), volume, values),
        (Samples::F32(values), 3) => write::<RGB32Float, K>(encoder, volume, values),
        (samples, n_channels) => Err(Error::parameter(format!(
            "TIFF is written in gray, or in color of type uint8, uint16 or float32, and this volume has {n_channels} \
             channels of {:?}; write it with --dtype, or as .nrrd",
            samples.dtype()
        ))),
    }
}

fn write<C: ColorType, K: TiffKind>(mut encoder: Encoder<'_, K>, volume: &Volume, values: &[C::Inner]) -> Result<()>
where
    C::Inner: Copy,
    [C::Inner]: TiffValue,
{
    let [n_channels, z, y, x] = volume.shape();
    let too_wide = |_| Error::parameter(format!("TIFF cannot hold a page of {x} by {y} pixels; write it as .nrrd"));
    let size = [u32::try_from(x).map_err(too_wide)?, u32::try_from(y).map_err(too_wide)?];
    let n_pixels = x * y;
    let mut page = Vec::with_capacity(n_pixels * n_channels);
    for slice in 0..z {
        page.clear();
        for pixel in 0..n_pixels {
            page.extend((0..n_channels).map(|channel| values[(channel * z + slice) * n_pixels + pixel]));
        }
        write_page::<C, K>(&mut encoder, volume, size, (slice == 0, &page)).map_err(from_tiff)?;
    }
    Ok(())
}

fn write_page<C: ColorType, K: TiffKind>(
    encoder: &mut Encoder<'_, K>,
    volume: &Volume,
    [width, height]: [u32; 2],
    (is_first, pixels): (bool, &[C::Inner]),
) -> TiffResult<()>
where
    [C::Inner]: TiffValue,
{
    let mut image = encoder.new_image::<C>(width, height)?;
    if let Some([x, y, z]) = volume.geometry().map(crate::Geometry::spacing_mm) {
        image.resolution_unit(ResolutionUnit::None);
        image.x_resolution(fraction(1.0 / x));
        image.y_resolution(fraction(1.0 / y));
        if is_first {
            let n = volume.shape()[1];
            // The line with the version is how readers know what the others mean.
            let text = format!("ImageJ=1.54f\nimages={n}\nslices={n}\nunit=mm\nspacing={z}\nloop=false\n");
            image.encoder().write_tag(Tag::ImageDescription, text.as_str())?;
        }
    }
    image.write_data(pixels)
}

/// The fraction of 32-bit numbers next to a value above 0.
fn fraction(value: f64) -> Rational {
    let largest = f64::from(u32::MAX);
    let d = (largest / value).floor().clamp(1.0, largest);
    Rational { n: (value * d).round().clamp(1.0, largest) as u32, d: d as u32 }
}

fn from_tiff(error: TiffError) -> Error {
    match error {
        TiffError::IoError(error) => Error::from_writing("the TIFF image", error),
        other => Error::parameter(format!("the volume cannot be written as TIFF ({other}); write it as .nrrd"))
            .with_source(other),
    }
}
