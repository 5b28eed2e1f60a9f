//! Whole files for a fuzz to begin with: goldens, what can be written, and a header by hand of what is only read.

use std::io::Cursor;

use vesalius_image::format::{Format, of_bytes};
use vesalius_image::{Geometry, Samples, Volume};

/// Larger goldens would make the fuzz slow, and hide their headers from it.
const BYTES_MAX: usize = 1 << 16;

/// Files of a format.
pub(super) fn of(format: &'static Format) -> Vec<Vec<u8>> {
    let by_hand = match format.name {
        "dicom" => vec![dicom()],
        "analyze" => vec![analyze()],
        "mgh" => vec![mgh()],
        "gif" => vec![gif()],
        _ => Vec::new(),
    };
    [by_hand, goldens(format), written(format)].concat()
}

fn goldens(format: &'static Format) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(crate::golden("")).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    paths.sort();
    let files = paths.iter().map(|path| (path.file_name().unwrap().to_string_lossy(), std::fs::read(path).unwrap()));
    files
        .filter(|(name, bytes)| {
            let found = of_bytes(bytes, name);
            bytes.len() <= BYTES_MAX && found.is_some_and(|found| found.name == format.name)
        })
        .map(|(_, bytes)| bytes)
        .collect()
}

fn written(format: &'static Format) -> Vec<Vec<u8>> {
    let upright = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    let geometry = Geometry::new([1.0, 2.0, 3.0], [4.0, 5.0, 6.0], upright).unwrap();
    let name = format!("seed.{}", format.endings[0]);
    let volumes = [
        (Samples::U8((0..48).collect()), [1, 1, 6, 8]),
        (Samples::U8((0..144).collect()), [3, 1, 6, 8]),
        (Samples::I16((0..60).collect()), [1, 3, 4, 5]),
        (Samples::F32((0..60_i16).map(f32::from).collect()), [1, 3, 4, 5]),
    ];
    let volumes = volumes.map(|(samples, shape)| Volume::new(samples, shape, Some(geometry.clone())).unwrap());
    let encoded = volumes.iter().filter_map(|volume| (format.encode?)(volume, &name).ok());
    encoded.map(|files| files[0].bytes.clone()).collect()
}

/// A slice of two by two pixels, explicit VR, little endian.
fn dicom() -> Vec<u8> {
    let element = |(group, number): (u16, u16), vr: &str, value: &[u8]| {
        let mut bytes = [&group.to_le_bytes()[..], &number.to_le_bytes(), vr.as_bytes()].concat();
        let n = value.len() + value.len() % 2;
        if vr == "OW" {
            bytes.extend_from_slice(&[0, 0]);
            bytes.extend_from_slice(&(n as u32).to_le_bytes());
        } else {
            bytes.extend_from_slice(&(n as u16).to_le_bytes());
        }
        bytes.extend_from_slice(value);
        bytes.resize(bytes.len() + n - value.len(), b' ');
        bytes
    };
    let meta = element((2, 0x10), "UI", b"1.2.840.10008.1.2.1\0");
    let set = [
        element((8, 0x16), "UI", b"1.2.840.10008.5.1.4.1.1.2\0"),
        element((8, 0x60), "CS", b"CT"),
        element((0x20, 0x32), "DS", b"1\\2\\3"),
        element((0x20, 0x37), "DS", b"1\\0\\0\\0\\1\\0"),
        element((0x28, 2), "US", &[1, 0]),
        element((0x28, 4), "CS", b"MONOCHROME2"),
        element((0x28, 0x10), "US", &[2, 0]),
        element((0x28, 0x11), "US", &[2, 0]),
        element((0x28, 0x30), "DS", b"0.5\\0.5"),
        element((0x28, 0x100), "US", &[16, 0]),
        element((0x28, 0x101), "US", &[12, 0]),
        element((0x28, 0x102), "US", &[11, 0]),
        element((0x28, 0x103), "US", &[1, 0]),
        element((0x28, 0x1052), "DS", b"-1024"),
        element((0x28, 0x1053), "DS", b"2"),
        element((0x7fe0, 0x10), "OW", &[1, 0, 2, 0, 3, 0, 4, 0]),
    ]
    .concat();
    let n_meta = element((2, 0), "UL", &(meta.len() as u32).to_le_bytes());
    [&[0; 128][..], b"DICM", &n_meta, &meta, &set].concat()
}

/// The header of two slices of three by four samples of 16 bits; the samples are beside it.
fn analyze() -> Vec<u8> {
    let mut bytes = vec![0_u8; 348];
    bytes[..4].copy_from_slice(&348_i32.to_le_bytes());
    bytes[38] = b'r';
    for (idx, n) in [3_i16, 4, 3, 2, 1].into_iter().enumerate() {
        bytes[40 + 2 * idx..][..2].copy_from_slice(&n.to_le_bytes());
    }
    bytes[70..74].copy_from_slice(&[4, 0, 16, 0]);
    for idx in 1..4 {
        bytes[76 + 4 * idx..][..4].copy_from_slice(&1.5_f32.to_le_bytes());
    }
    bytes
}

/// Two slices of three by four samples of 16 bits, big endian, with its geometry.
fn mgh() -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend([1_i32, 4, 3, 2, 1, 4, 0].into_iter().flat_map(i32::to_be_bytes));
    bytes.extend_from_slice(&1_i16.to_be_bytes());
    let place: [f32; 15] = [1.0, 1.5, 2.0, -1.0, 0.0, 0.0, 0.0, 0.0, -1.0, 0.0, 1.0, 0.0, 5.0, 6.0, 7.0];
    bytes.extend(place.into_iter().flat_map(f32::to_be_bytes));
    bytes.resize(284, 0);
    bytes.extend((0..24_i16).flat_map(i16::to_be_bytes));
    bytes
}

fn gif() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = image::RgbImage::from_fn(6, 5, |x, y| image::Rgb([x as u8 * 40, y as u8 * 50, 7]));
    picture.write_to(&mut bytes, image::ImageFormat::Gif).unwrap();
    bytes.into_inner()
}
