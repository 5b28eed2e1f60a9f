//! Writing NRRD: the header, and the samples packed as gzip behind or beside it.

use std::fmt::Write;

use crate::channels::to_pixels;
use crate::error::Result;
use crate::format::Encoded;
use crate::geometry::Geometry;
use crate::gzip;
use crate::samples::Dtype;
use crate::volume::Volume;

/// The files of a volume: one `.nrrd`, or a `.nhdr` with its `.raw.gz` where the name ends so.
///
/// Several channels become the first axis of kind `vector`, as ITK writes them. Without geometry the file names no
/// space. Numbers are written with all their digits; the same volume gives the same bytes.
pub fn encode(volume: &Volume, name: &str) -> Result<Vec<Encoded>> {
    let packed = gzip::compress(&[], &to_pixels(volume.samples(), volume.shape()[0]).to_bytes()?)?;
    let mut header = header(volume);
    let stem_length = name.len().saturating_sub(".nhdr".len());
    match name.split_at_checked(stem_length) {
        Some((stem, ending)) if ending.eq_ignore_ascii_case(".nhdr") => {
            let data = format!("{stem}.raw.gz");
            let _ = writeln!(header, "data file: {data}");
            Ok(vec![
                Encoded { name: name.to_owned(), bytes: header.into_bytes() },
                Encoded { name: data, bytes: packed },
            ])
        }
        _ => {
            header.push('\n');
            Ok(vec![Encoded { name: name.to_owned(), bytes: [header.into_bytes(), packed].concat() }])
        }
    }
}

fn header(volume: &Volume) -> String {
    let [channel, z, y, x] = volume.shape();
    let (n_axes, channels, kind) = match channel {
        1 => (3, String::new(), ""),
        n => (4, format!("{n} "), "vector "),
    };
    let mut text = format!(
        "NRRD0004\ntype: {}\ndimension: {n_axes}\nsizes: {channels}{x} {y} {z}\nkinds: {kind}domain domain domain\n",
        type_name(volume.samples().dtype())
    );
    if let Some(geometry) = volume.geometry() {
        text.push_str(&place(geometry, channel > 1));
    }
    text.push_str("endian: little\nencoding: gzip\n");
    text
}

fn place(geometry: &Geometry, has_channels: bool) -> String {
    let affine = geometry.affine();
    let step = |axis: usize| format!(" ({},{},{})", affine[0][axis], affine[1][axis], affine[2][axis]);
    let none = if has_channels { " none" } else { "" };
    let [x, y, z] = geometry.origin_mm();
    format!(
        "space: left-posterior-superior\nspace directions:{none}{}{}{}\nspace origin: ({x},{y},{z})\n",
        step(0),
        step(1),
        step(2)
    )
}

fn type_name(dtype: Dtype) -> &'static str {
    match dtype {
        Dtype::Bool | Dtype::U8 => "uint8",
        Dtype::I8 => "int8",
        Dtype::U16 => "uint16",
        Dtype::I16 => "int16",
        Dtype::U32 => "uint32",
        Dtype::I32 => "int32",
        Dtype::U64 => "uint64",
        Dtype::I64 => "int64",
        Dtype::F16 | Dtype::F32 => "float",
        Dtype::F64 => "double",
    }
}
