//! DICOM files that are cut short, damaged, or made to exhaust their reader: each ends, and with a typed error.

use vesalius_image::reading::Source;
use vesalius_image::{Error, ErrorKind, Limits, ReadOptions, Reading, format};

use crate::real_data::folder;

const EXPLICIT: &str = "1.2.840.10008.1.2.1";
const RLE: &str = "1.2.840.10008.1.2.5";
const JPEG: &str = "1.2.840.10008.1.2.4.50";
const JPEG_LS: &str = "1.2.840.10008.1.2.4.80";
const JPEG_2000: &str = "1.2.840.10008.1.2.4.90";
const JPEG_XL: &str = "1.2.840.10008.1.2.4.110";
const MPEG_2: &str = "1.2.840.10008.1.2.4.100";

/// An explicit element, low byte first; values of odd length must not come here.
fn element(tag: [u16; 2], vr: &str, value: &[u8]) -> Vec<u8> {
    let mut bytes = [tag[0].to_le_bytes(), tag[1].to_le_bytes()].concat();
    bytes.extend(vr.as_bytes());
    if ["OB", "OW", "SQ", "UN"].contains(&vr) {
        bytes.extend([0, 0]);
        bytes.extend((value.len() as u32).to_le_bytes());
    } else {
        bytes.extend((value.len() as u16).to_le_bytes());
    }
    bytes.extend(value);
    bytes
}

fn short(tag: [u16; 2], value: u16) -> Vec<u8> {
    element(tag, "US", &value.to_le_bytes())
}

fn text(tag: [u16; 2], vr: &str, value: &str) -> Vec<u8> {
    let padding = if value.len() % 2 == 1 { " " } else { "" };
    element(tag, vr, format!("{value}{padding}").as_bytes())
}

/// Preamble, meta information of this transfer syntax, and elements.
fn file(syntax: &str, elements: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![0; 128];
    bytes.extend(b"DICM");
    let padded = if syntax.len() % 2 == 1 { format!("{syntax}\0") } else { syntax.to_owned() };
    bytes.extend(element([2, 0x10], "UI", padded.as_bytes()));
    bytes.extend(elements.concat());
    bytes
}

/// An image of this many rows, columns and frames, of this many bits in one channel, and of these pixels.
fn image(syntax: &str, [rows, columns]: [u16; 2], n_frames: &str, bits: u16, pixels: Vec<u8>) -> Vec<u8> {
    let elements = [
        short([0x28, 2], 1),
        text([0x28, 4], "CS", "MONOCHROME2"),
        text([0x28, 8], "IS", n_frames),
        short([0x28, 0x10], rows),
        short([0x28, 0x11], columns),
        short([0x28, 0x100], bits),
        short([0x28, 0x101], bits),
        short([0x28, 0x102], bits - 1),
        short([0x28, 0x103], 0),
        pixels,
    ];
    file(syntax, &elements)
}

/// Encapsulated pixels: an empty offset table and these fragments.
fn fragments(values: &[&[u8]]) -> Vec<u8> {
    let mut bytes = vec![0xe0, 0x7f, 0x10, 0, b'O', b'B', 0, 0, 0xff, 0xff, 0xff, 0xff];
    for value in std::iter::once(&&[][..]).chain(values) {
        bytes.extend([0xfe, 0xff, 0, 0xe0]);
        bytes.extend((value.len() as u32).to_le_bytes());
        bytes.extend(*value);
    }
    bytes.extend([0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]);
    bytes
}

fn native(values: &[u8]) -> Vec<u8> {
    element([0x7fe0, 0x10], "OW", values)
}

fn decode(bytes: &[u8]) -> Result<Reading, Error> {
    let dicom = format::FORMATS.iter().find(|format| format.name == "dicom").unwrap();
    let limits = Limits { bytes_max: 1 << 28, ..Limits::default() };
    (dicom.decode)(&Source::new(bytes), &ReadOptions { limits, ..ReadOptions::default() })
}

#[track_caller]
fn check_refused(bytes: &[u8], expected: ErrorKind) {
    match decode(bytes) {
        Ok(reading) => panic!("read as {:?}", reading.volume.shape()),
        Err(error) => assert_eq!(error.kind(), expected, "{error}"),
    }
}

#[test]
fn a_sound_image_is_read() {
    let reading = decode(&image(EXPLICIT, [2, 2], "1", 8, native(&[1, 2, 3, 4]))).unwrap();
    assert_eq!(reading.volume.to_f32(), [1.0, 2.0, 3.0, 4.0]);
}

#[test]
fn truncation_at_every_byte_is_an_error() {
    for whole in [
        image(EXPLICIT, [2, 2], "2", 16, native(&[7; 16])),
        image(RLE, [2, 2], "1", 8, fragments(&[&rle(&[3, 1, 2, 3, 4])])),
    ] {
        assert!(decode(&whole).is_ok());
        // Behind the pixels, the end of the sequence may be missing.
        for n_bytes in 0..whole.len() - 8 {
            assert!(decode(&whole[..n_bytes]).is_err(), "{n_bytes} of {}", whole.len());
        }
    }
}

#[test]
fn impossible_headers_are_refused() {
    check_refused(&image(EXPLICIT, [0, 2], "1", 8, native(&[1; 4])), ErrorKind::Format);
    check_refused(&image(EXPLICIT, [2, 2], "0", 8, native(&[])), ErrorKind::Format);
    check_refused(&image(EXPLICIT, [2, 2], "-3", 8, native(&[1; 4])), ErrorKind::Format);
    check_refused(&image(EXPLICIT, [2, 2], "1A", 8, native(&[1; 4])), ErrorKind::Format);
    check_refused(&image(EXPLICIT, [2, 2], "1", 8, native(&[1; 2])), ErrorKind::Format);
    check_refused(&image(EXPLICIT, [60_000, 60_000], "2000000000", 16, native(&[1; 4])), ErrorKind::Limit);
    check_refused(&image(EXPLICIT, [2, 2], "1", 8, Vec::new()), ErrorKind::Unsupported);
}

#[test]
fn syntaxes_of_video_are_named() {
    let error = decode(&image(MPEG_2, [2, 2], "1", 8, fragments(&[&[0; 8]]))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("MPEG"), "{error}");
}

#[test]
fn lengths_beyond_the_file_take_no_memory() {
    let mut pixels = native(&[1; 4]);
    pixels[8..12].copy_from_slice(&0xffff_fff0_u32.to_le_bytes());
    check_refused(&image(EXPLICIT, [2, 2], "1", 8, pixels), ErrorKind::Format);
}

#[test]
fn deep_sequences_do_not_exhaust_the_stack() {
    // Sequence and item, both of undefined length.
    let level =
        [0x40, 0, 0x75, 2, b'S', b'Q', 0, 0, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xff, 0, 0xe0, 0xff, 0xff, 0xff, 0xff];
    check_refused(&file(EXPLICIT, &[level.repeat(100_000)]), ErrorKind::Unsupported);
}

/// A run-length frame of one segment.
fn rle(segment: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 64];
    (bytes[0], bytes[4]) = (1, 64);
    bytes.extend(segment);
    bytes.extend(vec![0; bytes.len() % 2]);
    bytes
}

#[test]
fn run_lengths_fill_a_frame_and_no_more() {
    check_refused(&image(RLE, [2, 2], "1", 8, fragments(&[&rle(&[0, 1])])), ErrorKind::Format);
    check_refused(&image(RLE, [4000, 4000], "8", 8, fragments(&[&rle(&[129, 1])])), ErrorKind::Format);
    let mut astray = rle(&[3, 1, 2, 3, 4]);
    astray[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
    check_refused(&image(RLE, [2, 2], "1", 8, fragments(&[&astray])), ErrorKind::Format);
}

#[test]
fn garbage_for_every_codec_is_an_error() {
    // Any bytes without a period.
    let garbage: Vec<u8> = (0..4000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let starts: [(&str, &[u8]); 4] = [
        (JPEG, &[0xff, 0xd8, 0xff, 0xc0]),
        (JPEG_LS, &[0xff, 0xd8, 0xff, 0xf7]),
        (JPEG_2000, &[0xff, 0x4f, 0xff, 0x51]),
        (JPEG_XL, &[0xff, 0x0a]),
    ];
    for (syntax, start) in starts {
        for frame in [garbage.clone(), [start, &garbage].concat(), start.to_vec(), Vec::new()] {
            assert!(decode(&image(syntax, [64, 64], "1", 8, fragments(&[&frame]))).is_err(), "{syntax}");
        }
    }
}

#[test]
fn real_files_are_damaged_without_harm() {
    let Some(folder) = folder("pydicom-files/pydicom/src/pydicom/data/test_files") else { return };
    let names = [
        "MR_small.dcm",
        "MR_small_implicit.dcm",
        "MR_small_bigendian.dcm",
        "MR_small_RLE.dcm",
        "MR_small_jpeg_ls_lossless.dcm",
        "MR_small_jp2klossless.dcm",
        "SC_rgb_jls_lossy_line.dcm",
        "SC_rgb_dcmtk_+eb+cy+s4.dcm",
        "SC_rgb_jpeg_gdcm.dcm",
        "JPEGLSNearLossless_16.dcm",
        "nested_priv_SQ.dcm",
        "rtdose_expb.dcm",
    ];
    let mut state = 1_u32;
    let mut random = move |n: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % n
    };
    for name in names {
        let whole = std::fs::read(folder.join(name)).unwrap();
        for part in 0..24 {
            // A result is as good as an error here: what matters is that there is one.
            let _ = decode(&whole[..whole.len() * part / 24]);
            let mut damaged = whole.clone();
            for _ in 0..=random(8) {
                let at = 132 + random(whole.len() - 132);
                damaged[at] = random(256) as u8;
            }
            let _ = decode(&damaged);
        }
    }
}
