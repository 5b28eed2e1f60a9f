//! TIFF: pages of 8 to 64 bits as volumes, and tiled pyramids such as SVS (TIFF 6.0, 1992; `BigTIFF`, 2007).
//!
//! Files are read by this module and written by the crate `tiff`, whose decoder does not reach images in
//! sub-directories, takes planes of color for separate files, and unpacks one tile at a time.

mod chunk;
mod directory;
mod imagej;
mod jpeg;
mod lzw;
mod page;
mod pyramid;
mod region;
mod stack;
mod store;
mod write;

use crate::error::{Error, ErrorKind, Result};
use crate::format::Format;
use crate::reading::{Problem, ReadOptions, Reading, Source, Values};
use crate::samples::{Dtype, Samples};
use crate::volume::Volume;

use directory::{File, MAGICS};
use imagej::ImageJ;
use page::{Page, Photometric};
use region::Region;
use stack::Stack;
use store::Store;

pub use pyramid::{Associated, Level, Pyramid};
pub use write::encode;

/// How the registry knows this format.
pub(crate) const FORMAT: Format = Format {
    name: "tiff",
    title: "TIFF and BigTIFF, slides (SVS) among them",
    endings: &["tif", "tiff", "svs"],
    recognizes: |bytes| MAGICS.iter().any(|magic| bytes.starts_with(magic)),
    decode,
    encode: Some(encode),
};

/// Reads all pages as slices of a volume, without geometry.
///
/// Pages must agree in size and type; smaller versions of others are left out, as are pictures beside a slide. What
/// `ImageJ` says of channels, slices and spacing is heard. Pixels come as they are stored: an orientation tag is not
/// applied. An opaque alpha channel is dropped; one with transparency is an error. Palettes become red, green and
/// blue, unless stored values are asked for. Tiles that the file leaves out are zero. Of a pyramid the largest level is
/// read, if the limits allow; [`Pyramid`] reads regions of all levels.
pub fn decode(source: &Source<'_>, options: &ReadOptions) -> Result<Reading> {
    let file = File::new(Store::Memory(source.bytes), &options.limits)?;
    let stack = Stack::read(&file)?;
    let pages: Vec<&Page> = stack.slices.iter().collect();
    let page = pages[0];
    if let Some((idx, other)) = pages.iter().enumerate().find(|(_, other)| !other.agrees(page)) {
        return Err(Error::unsupported(format!(
            "page {} of the TIFF file has {:?} pixels of type {:?}, and the first {:?} of {:?}; \
             expected pages that agree; split the file first",
            idx + 1,
            other.size,
            other.dtype,
            page.size,
            page.dtype
        )));
    }
    if let Photometric::Other(number) = page.photometric {
        return Err(Error::unsupported(format!(
            "the TIFF image has colors of kind {number} (CMYK or Lab, say), which are not read; convert it to RGB"
        )));
    }
    if page.photometric == Photometric::YCbCr && page.compression != 7 {
        return Err(Error::unsupported("the TIFF image has luma and chroma outside of JPEG; convert it to RGB"));
    }
    let imagej = ImageJ::parse(&page.description, pages.len())?;
    let volume = read_pages(&file, &pages, imagej.as_ref(), options).map_err(|error| match error.kind() {
        ErrorKind::Limit if stack.is_pyramid() => too_large(&stack, &error),
        _ => error,
    })?;
    let mut reading = Reading::new(volume, page.dtype);
    set_spacing(&mut reading, page, imagej.as_ref());
    if page.orientation > 1 {
        reading.problems.push(Problem::new(
            "orientation-tag",
            format!("the file asks to show its pixels turned or mirrored (orientation {})", page.orientation),
            "pixels are given as stored; save the picture upright if that matters",
        ));
    }
    Ok(reading)
}

fn read_pages(file: &File<'_>, pages: &[&Page], imagej: Option<&ImageJ>, options: &ReadOptions) -> Result<Volume> {
    let page = pages[0];
    let (n_own, n_slices) = imagej.map_or((1, pages.len()), |imagej| (imagej.n_channels, imagej.n_slices));
    if n_own > 1 && page.n_channels() > 1 {
        return Err(Error::unsupported(format!(
            "the TIFF file has {n_own} pages for each slice, of {} channels each; split it first",
            page.n_channels()
        )));
    }
    let [width, height] = page.size;
    let has_palette = page.photometric == Photometric::Palette && options.values == Values::Real;
    let n_channels = if has_palette { 3 } else { n_own * page.n_channels() };
    let shape = [n_channels, n_slices, height, width];
    let n_bytes_each = if has_palette { 2 } else { page.dtype.memory_bytes() };
    options.limits.n_samples(&shape.map(|n| n as u64), n_bytes_each)?;
    let ordered: Vec<&Page> = match imagej {
        Some(imagej) if n_own > 1 => imagej.pages().into_iter().map(|idx| pages[idx]).collect(),
        _ => pages.to_vec(),
    };
    let samples = region::read(file, &ordered, Region { at: [0, 0], size: page.size })?;
    let samples = if has_palette { colored(&samples, page)? } else { samples };
    Volume::new(samples, shape, None)
}

/// Red, green and blue of the palette for each sample; 8 bits where the palette needs no more.
fn colored(samples: &Samples, page: &Page) -> Result<Samples> {
    let palette = page.palette.as_deref().unwrap_or_default();
    let n_colors = palette.len() / 3;
    let indices: Vec<usize> = match (samples, page.dtype) {
        (Samples::U8(values), Dtype::Bool | Dtype::U8) => values.iter().map(|value| usize::from(*value)).collect(),
        (Samples::U16(values), _) => values.iter().map(|value| usize::from(*value)).collect(),
        _ => return Err(Error::unsupported("the TIFF palette is for samples of more than 16 bits; convert it to RGB")),
    };
    if let Some(idx) = indices.iter().find(|idx| **idx >= n_colors) {
        return Err(Error::format(format!(
            "a pixel has color {idx} of a TIFF palette of {n_colors}; the file is damaged, or read its stored values"
        )));
    }
    let colors = |primary: usize| indices.iter().map(move |idx| palette[primary * n_colors + idx]);
    let all = (0..3).flat_map(colors);
    Ok(if palette.iter().all(|value| value % 257 == 0) {
        Samples::U8(all.map(|value| (value / 257) as u8).collect())
    } else {
        Samples::U16(all.map(|value| value as u16).collect())
    })
}

fn too_large(stack: &Stack, error: &Error) -> Error {
    let sizes: Vec<String> = stack.levels.iter().map(|page| format!("{} by {}", page.size[0], page.size[1])).collect();
    Error::limit(format!(
        "{error}; the slide has levels of {} pixels, and regions of each can be read on their own",
        sizes.join(", ")
    ))
}

fn set_spacing(reading: &mut Reading, page: &Page, imagej: Option<&ImageJ>) {
    let unit_mm = imagej.and_then(|imagej| imagej.unit_mm);
    let Some([x, y]) = unit_mm.and_then(|unit| page.pixel_in(unit)).or_else(|| page.pixel_mm()) else { return };
    match imagej.and_then(|imagej| Some(imagej.spacing? * imagej.unit_mm?)) {
        Some(z) => {
            reading.spacing_mm = Some([x, y, z]);
            reading.problems.push(Problem::new(
                "no-orientation",
                "the file gives distances of voxels, and does not say where they are",
                "take the geometry of the image that it belongs to, with convert --like",
            ));
        }
        None => reading.problems.push(Problem::new(
            "no-slice-spacing",
            format!("pixels are {x} by {y} mm by the resolution tags, and nothing says how thick the slices are"),
            "take the geometry of the image that it belongs to, with convert --like",
        )),
    }
}
