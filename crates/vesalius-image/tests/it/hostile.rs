//! Headers that ask for more than there is, and archives that unfold too far.

use std::io::{Cursor, Write};

use vesalius_image::npz::{Npz, decode_npy, read_npy};
use vesalius_image::{ErrorKind, Limits, Samples, Volume, nifti, raster};

/// Address space that all tests together may take; hostile headers ask for a multiple of it.
const ADDRESS_SPACE_MAX_KIB: u64 = 6 << 20;

fn npy_with(header: &str) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend_from_slice(&(header.len() as u16).to_le_bytes());
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend_from_slice(&[0; 64]);
    bytes
}

/// A NIfTI header with some bytes replaced.
fn nifti_with(changes: &[(usize, &[u8])]) -> Vec<u8> {
    let mut bytes = std::fs::read(crate::golden("sform.nii")).unwrap();
    for (at, value) in changes {
        bytes[*at..at + value.len()].copy_from_slice(value);
    }
    bytes
}

/// The most address space that this process ever had.
fn address_space_peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmPeak:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn npy_shapes_are_checked_before_memory_is_taken() {
    let check = |shape: &str, kind: ErrorKind| {
        let bytes = npy_with(&format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({shape}), }}"));
        let error = decode_npy(&bytes, &Limits::default()).unwrap_err();
        assert_eq!(error.kind(), kind, "{shape}: {error}");
    };
    check("4294967296, 4294967296", ErrorKind::Limit);
    check("18446744073709551615, 2", ErrorKind::Limit);
    check("18446744073709551616,", ErrorKind::Format);
    check("-1,", ErrorKind::Format);
    check("1000000000,", ErrorKind::Format);
    check("9,", ErrorKind::Format);
    check("7,", ErrorKind::Format);
    check(&"1,".repeat(100), ErrorKind::Limit);
    let long = npy_with(&" ".repeat(20_000));
    assert_eq!(decode_npy(&long, &Limits::default()).unwrap_err().kind(), ErrorKind::Limit);
    let mut version = npy_with("{}");
    version[6] = 9;
    assert_eq!(decode_npy(&version, &Limits::default()).unwrap_err().kind(), ErrorKind::Unsupported);
}

#[test]
fn nifti_headers_are_checked_before_memory_is_taken() {
    let check = |changes: &[(usize, &[u8])], kind: ErrorKind| {
        let error = nifti::decode(&nifti_with(changes), &Limits::default()).unwrap_err();
        assert_eq!(error.kind(), kind, "{changes:?}: {error}");
    };
    let huge = [0xff, 0x7f, 0xff, 0x7f, 0xff, 0x7f];
    check(&[(42, &huge)], ErrorKind::Limit);
    check(&[(42, &[0xff, 0x7f, 0xff, 0x0f, 10, 0])], ErrorKind::Format);
    check(&[(42, &[0xff, 0xff])], ErrorKind::Format);
    check(&[(42, &[0, 0])], ErrorKind::Format);
    check(&[(40, &[9, 0])], ErrorKind::Format);
    check(&[(40, &[0, 0])], ErrorKind::Format);
    check(&[(40, &[5, 0]), (48, &[2, 0]), (50, &[2, 0])], ErrorKind::Unsupported);
    check(&[(344, b"n+2\0")], ErrorKind::Format);
    check(&[(344, b"ni1\0")], ErrorKind::Parameter);
    check(&[(0, &540_i32.to_le_bytes())], ErrorKind::Format);
    check(&[(70, &[3, 0])], ErrorKind::Format);
    check(&[(70, &[1, 0])], ErrorKind::Unsupported);
    check(&[(70, &[32, 0])], ErrorKind::Format);
    check(&[(72, &[8, 0])], ErrorKind::Format);
    check(&[(108, &f32::NAN.to_le_bytes())], ErrorKind::Format);
    check(&[(108, &(-400.0_f32).to_le_bytes())], ErrorKind::Format);
    check(&[(108, &1e14_f32.to_le_bytes())], ErrorKind::Format);
    check(&[(280, &f32::NAN.to_le_bytes())], ErrorKind::Format);
    check(&[(280, &[0; 16])], ErrorKind::Format);
    check(&[(123, &[5])], ErrorKind::Format);
}

#[test]
fn a_bomb_is_refused_by_size_and_by_ratio() {
    let zeros = Volume::new(Samples::U8(vec![0; 8 << 20]), [1, 2, 2048, 2048], None).unwrap();
    let bytes = nifti::encode(&zeros).unwrap();
    assert!(bytes.len() < 20_000, "a thousandth of what it unfolds to");
    assert!(nifti::decode(&bytes, &Limits::default()).is_ok());
    let refused = |limits: Limits| assert_eq!(nifti::decode(&bytes, &limits).unwrap_err().kind(), ErrorKind::Limit);
    refused(Limits { bytes_max: 1 << 20, ..Limits::default() });
    refused(Limits { samples_max: 1 << 20, ..Limits::default() });
    refused(Limits { expansion_exempt_bytes: 1 << 20, ..Limits::default() });

    let file = tempfile::NamedTempFile::new().unwrap();
    let arrays = [("zeros".to_owned(), vec![8 << 20], Samples::U8(vec![0; 8 << 20]))];
    vesalius_image::npz::write_npz(&mut file.reopen().unwrap(), &arrays).unwrap();
    for limits in [
        Limits { bytes_max: 1 << 20, ..Limits::default() },
        Limits { expansion_exempt_bytes: 1 << 20, ..Limits::default() },
    ] {
        let error = Npz::open(file.path(), &limits).unwrap().array("zeros").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
    }
}

#[test]
fn a_zip_that_lies_about_sizes_is_refused() {
    let mut bytes = Cursor::new(Vec::new());
    let arrays = [("a".to_owned(), vec![64], Samples::U8(vec![7; 64]))];
    vesalius_image::npz::write_npz(&mut bytes, &arrays).unwrap();
    let bytes = bytes.into_inner();
    // The directory holds the unfolded size 24 bytes behind its signature.
    let at = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap() + 24;
    for claimed in [0_u32, 1, 191, 193, 1 << 20, u32::MAX - 1] {
        let mut lying = bytes.clone();
        lying[at..at + 4].copy_from_slice(&claimed.to_le_bytes());
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &lying).unwrap();
        let outcome = Npz::open(file.path(), &Limits::default()).and_then(|npz| npz.array("a"));
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Format, "{claimed}");
    }
}

#[test]
fn picture_headers_are_checked_before_memory_is_taken() {
    let mut bmp = image::RgbImage::new(2, 2).into_raw();
    let mut bytes = Cursor::new(Vec::new());
    image::RgbImage::from_raw(2, 2, std::mem::take(&mut bmp))
        .unwrap()
        .write_to(&mut bytes, image::ImageFormat::Bmp)
        .unwrap();
    let mut bmp = bytes.into_inner();
    bmp[18..22].copy_from_slice(&30_000_i32.to_le_bytes());
    bmp[22..26].copy_from_slice(&30_000_i32.to_le_bytes());
    let png = {
        // Signature and a header of 2^31 - 1 by 2^31 - 1 gray pixels with its right checksum.
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\0\0\0\0".to_vec();
        let mut crc = flate2::Crc::new();
        crc.update(&png[12..29]);
        png.extend_from_slice(&crc.sum().to_be_bytes());
        png.extend_from_slice(b"\0\0\0\0IDAT\x35\xaf\x06\x1e");
        png
    };
    for bytes in [bmp, png, b"P5 60000 60000 255\n123".to_vec(), b"P6 4294967295 4294967295 65535\n1".to_vec()] {
        let error = raster::decode_raster(&bytes, &Limits::default()).unwrap_err();
        let expected = [ErrorKind::Format, ErrorKind::Limit, ErrorKind::Unsupported];
        assert!(expected.contains(&error.kind()), "{:?} {error}", error.kind());
    }
}

#[test]
fn errors_name_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.npz");
    let missing = Npz::open(&path, &Limits::default()).unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::Read);
    std::fs::File::create(&path).unwrap().write_all(b"PK\x03\x04").unwrap();
    let damaged = Npz::open(&path, &Limits::default()).unwrap_err();
    assert_eq!(damaged.kind(), ErrorKind::Format);
    let errors = [
        missing,
        damaged,
        read_npy(&path, &Limits::default()).unwrap_err(),
        raster::read_raster(&path, &Limits::default()).unwrap_err(),
    ];
    for error in errors {
        assert!(error.to_string().contains("bad.npz"), "{error}");
    }
}

#[test]
fn no_header_takes_memory_that_its_file_does_not_fill() {
    npy_shapes_are_checked_before_memory_is_taken();
    nifti_headers_are_checked_before_memory_is_taken();
    picture_headers_are_checked_before_memory_is_taken();
    a_zip_that_lies_about_sizes_is_refused();
    match address_space_peak_kib() {
        Some(peak) => assert!(peak < ADDRESS_SPACE_MAX_KIB, "{peak} KiB"),
        None => eprintln!("skipped: this system does not tell its peak memory"),
    }
}
