//! Writing MetaImage: the header, and the samples as zlib stream behind or beside it.

use crate::channels::to_pixels;
use crate::error::Result;
use crate::format::Encoded;
use crate::geometry::Geometry;
use crate::payload::zlib;
use crate::samples::Dtype;
use crate::volume::Volume;

/// The files of a volume: one `.mha`, or a `.mhd` with its `.zraw` where the name ends so.
///
/// Several channels are written voxel by voxel. Without geometry the file gives neither spacing nor place. Numbers
/// are written with all their digits; the same volume gives the same bytes.
pub fn encode(volume: &Volume, name: &str) -> Result<Vec<Encoded>> {
    let packed = zlib(&to_pixels(volume.samples(), volume.shape()[0]))?;
    let header = header(volume, packed.len());
    let stem_length = name.len().saturating_sub(".mhd".len());
    match name.split_at_checked(stem_length) {
        Some((stem, ending)) if ending.eq_ignore_ascii_case(".mhd") => {
            let data = format!("{stem}.zraw");
            let header = format!("{header}ElementDataFile = {data}\n");
            Ok(vec![
                Encoded { name: name.to_owned(), bytes: header.into_bytes() },
                Encoded { name: data, bytes: packed },
            ])
        }
        _ => {
            let header = format!("{header}ElementDataFile = LOCAL\n");
            Ok(vec![Encoded { name: name.to_owned(), bytes: [header.into_bytes(), packed].concat() }])
        }
    }
}

fn header(volume: &Volume, n_packed: usize) -> String {
    let [channel, z, y, x] = volume.shape();
    let place = volume.geometry().map(place).unwrap_or_default();
    let channels = if channel > 1 { format!("ElementNumberOfChannels = {channel}\n") } else { String::new() };
    format!(
        "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\nCompressedData = True\n\
         CompressedDataSize = {n_packed}\n{place}DimSize = {x} {y} {z}\n{channels}ElementType = {}\n",
        type_name(volume.samples().dtype())
    )
}

fn place(geometry: &Geometry) -> String {
    let direction = geometry.direction();
    let row = |axis: usize| format!(" {} {} {}", direction[0][axis], direction[1][axis], direction[2][axis]);
    let [x, y, z] = geometry.origin_mm();
    let [dx, dy, dz] = geometry.spacing_mm();
    format!("TransformMatrix ={}{}{}\nOffset = {x} {y} {z}\nElementSpacing = {dx} {dy} {dz}\n", row(0), row(1), row(2))
}

fn type_name(dtype: Dtype) -> &'static str {
    match dtype {
        Dtype::Bool | Dtype::U8 => "MET_UCHAR",
        Dtype::I8 => "MET_CHAR",
        Dtype::U16 => "MET_USHORT",
        Dtype::I16 => "MET_SHORT",
        Dtype::U32 => "MET_UINT",
        Dtype::I32 => "MET_INT",
        Dtype::U64 => "MET_ULONG_LONG",
        Dtype::I64 => "MET_LONG_LONG",
        Dtype::F16 | Dtype::F32 => "MET_FLOAT",
        Dtype::F64 => "MET_DOUBLE",
    }
}
