//! TIFF: round trips, damage, hostile directories.

use std::io::Cursor;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tiff::encoder::{TiffEncoder, colortype};
use tiff::tags::Tag;
use vesalius_image::tiff::{Pyramid, decode};
use vesalius_image::{ErrorKind, Limits, ReadOptions, Reading, Result, Samples, Source, Values, Volume};

use crate::every_type;
use crate::formats::{files, round_trip};
use crate::nrrd::oblique;

fn read(bytes: &[u8]) -> Result<Reading> {
    decode(&Source::new(bytes), &ReadOptions::default())
}

#[test]
fn every_type_makes_the_round_trip() {
    for samples in every_type() {
        for shape in [[1, 2, 3, 4], [1, 1, 4, 6], [1, 24, 1, 1]] {
            let volume = Volume::new(samples.clone(), shape, None).unwrap();
            let reading = round_trip(&volume, "a.tif").unwrap();
            assert_eq!((&reading.volume, reading.dtype), (&volume, samples.dtype()));
        }
        let color = Volume::new(samples.clone(), [3, 2, 2, 2], None).unwrap();
        match samples {
            Samples::U8(_) | Samples::U16(_) | Samples::F32(_) => {
                assert_eq!(round_trip(&color, "a.tiff").unwrap().volume, color);
            }
            _ => assert_eq!(round_trip(&color, "a.tiff").unwrap_err().kind(), ErrorKind::Parameter),
        }
    }
    let many = Volume::new(Samples::U8(vec![0; 24]), [2, 2, 2, 3], None).unwrap();
    assert_eq!(round_trip(&many, "a.tif").unwrap_err().kind(), ErrorKind::Parameter);
}

#[test]
fn spacing_is_kept_and_place_is_not() {
    let geometry = oblique();
    let volume = Volume::new(Samples::U16((0..24).collect()), [1, 2, 3, 4], Some(geometry.clone())).unwrap();
    let reading = round_trip(&volume, "a.tif").unwrap();
    assert_eq!((reading.volume.geometry(), reading.problems[0].code), (None, "no-orientation"));
    let pairs = reading.spacing_mm.unwrap().into_iter().zip(geometry.spacing_mm());
    assert!(pairs.into_iter().all(|(a, b)| (a / b - 1.0).abs() < 1e-9), "{:?}", reading.spacing_mm);
}

/// One gray page with tags of the caller's.
fn page(tags: &[(Tag, &[u16])]) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut bytes).unwrap();
    let mut image = encoder.new_image::<colortype::Gray8>(3, 2).unwrap();
    for (tag, values) in tags {
        image.encoder().write_tag(*tag, *values).unwrap();
    }
    image.write_data(&[0, 1, 2, 3, 4, 5]).unwrap();
    bytes.into_inner()
}

/// Where the entry of a tag stands in the first directory.
fn entry(bytes: &[u8], tag: u16) -> Option<usize> {
    let first = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize;
    let n_entries = usize::from(u16::from_le_bytes(bytes[first..first + 2].try_into().unwrap()));
    let mut entries = (0..n_entries).map(|idx| first + 2 + 12 * idx);
    entries.find(|at| bytes[*at..at + 2] == tag.to_le_bytes())
}

/// The page with another value of a tag.
fn page_with(tag: Tag, value: u16) -> Vec<u8> {
    let mut bytes = page(&[]);
    match entry(&bytes, tag.to_u16()) {
        Some(at) => bytes[at + 8..at + 12].copy_from_slice(&u32::from(value).to_le_bytes()),
        None => bytes = page(&[(tag, &[value])]),
    }
    bytes
}

#[test]
fn palettes_become_colors_unless_stored_values_are_wanted() {
    let mut colors = vec![0_u16; 768];
    colors[..6].copy_from_slice(&[0, 257, 514, 771, 1028, 1285]);
    colors[256 + 3] = 65535;
    let bytes = page(&[(Tag::PhotometricInterpretation, &[3]), (Tag::ColorMap, &colors)]);
    let expected = [0, 1, 2, 3, 4, 5, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0].to_vec();
    assert_eq!(read(&bytes).unwrap().volume.samples(), &Samples::U8(expected));
    let options = ReadOptions { values: Values::Stored, ..ReadOptions::default() };
    let stored = decode(&Source::new(&bytes), &options).unwrap().volume;
    assert_eq!((stored.shape(), stored.samples()), ([1, 1, 2, 3], &Samples::U8((0..6).collect())));
}

#[test]
fn what_is_not_read_is_named() {
    let check = |tag: Tag, value: u16, kind: ErrorKind, part: &str| {
        let error = read(&page_with(tag, value)).expect_err(part);
        assert!(error.kind() == kind && error.to_string().contains(part), "{:?}: {error}", error.kind());
    };
    check(Tag::Compression, 33003, ErrorKind::Unsupported, "JPEG 2000 (compression 33003)");
    check(Tag::Compression, 33005, ErrorKind::Unsupported, "JPEG 2000 (compression 33005)");
    check(Tag::Compression, 50000, ErrorKind::Unsupported, "Zstandard");
    check(Tag::Compression, 4, ErrorKind::Unsupported, "fax");
    check(Tag::Compression, 777, ErrorKind::Unsupported, "unknown");
    check(Tag::PhotometricInterpretation, 5, ErrorKind::Unsupported, "CMYK");
    check(Tag::PhotometricInterpretation, 6, ErrorKind::Unsupported, "luma");
    check(Tag::FillOrder, 2, ErrorKind::Unsupported, "reversed");
    check(Tag::Predictor, 9, ErrorKind::Unsupported, "predictor 9");
    check(Tag::BitsPerSample, 12, ErrorKind::Unsupported, "12 bits");
    check(Tag::SampleFormat, 6, ErrorKind::Unsupported, "format 6");
    check(Tag::SamplesPerPixel, 0, ErrorKind::Format, "0 samples");
    check(Tag::RowsPerStrip, 1, ErrorKind::Format, "do not cover");
    check(Tag::ImageLength, 0, ErrorKind::Format, "height above 0");
    check(Tag::PhotometricInterpretation, 3, ErrorKind::Format, "palette of 0");
}

#[test]
fn pages_that_differ_are_refused() {
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut bytes).unwrap();
    encoder.write_image::<colortype::Gray8>(3, 2, &[0; 6]).unwrap();
    encoder.write_image::<colortype::Gray8>(2, 3, &[0; 6]).unwrap();
    let error = read(&bytes.into_inner()).unwrap_err();
    assert!(error.kind() == ErrorKind::Unsupported && error.to_string().contains("page 2"), "{error}");
}

#[test]
fn hostile_directories_are_refused() {
    let good = page(&[]);
    let first = u32::from_le_bytes(good[4..8].try_into().unwrap()) as usize;
    let n_entries = usize::from(u16::from_le_bytes(good[first..first + 2].try_into().unwrap()));
    let entry = |tag: u16| entry(&good, tag).unwrap();
    let check = |at: usize, value: &[u8], kind: ErrorKind| {
        let mut bytes = good.clone();
        bytes[at..at + value.len()].copy_from_slice(value);
        let error = read(&bytes).expect_err("a hostile directory");
        assert_eq!(error.kind(), kind, "{at} {value:?}: {error}");
    };
    // The next directory is the first.
    check(first + 2 + 12 * n_entries, &(first as u32).to_le_bytes(), ErrorKind::Format);
    check(4, &u32::MAX.to_le_bytes(), ErrorKind::Format);
    check(4, &0_u32.to_le_bytes(), ErrorKind::Format);
    check(first, &u16::MAX.to_le_bytes(), ErrorKind::Format);
    // Width and height, then the count of strip offsets, then where the strip lies and how long it is.
    check(entry(256) + 8, &u32::MAX.to_le_bytes(), ErrorKind::Format);
    check(entry(257) + 8, &u32::MAX.to_le_bytes(), ErrorKind::Format);
    check(entry(273) + 4, &u32::MAX.to_le_bytes(), ErrorKind::Format);
    check(entry(273) + 8, &u32::MAX.to_le_bytes(), ErrorKind::Format);
    check(entry(279) + 8, &u32::MAX.to_le_bytes(), ErrorKind::Format);
    check(entry(258) + 2, &[2, 0], ErrorKind::Format);
    let huge = Limits { samples_max: 5, ..Limits::default() };
    let options = ReadOptions { limits: huge, ..ReadOptions::default() };
    assert_eq!(decode(&Source::new(&good), &options).unwrap_err().kind(), ErrorKind::Limit);
}

#[test]
fn a_truncated_or_damaged_file_is_an_error_or_complete() {
    let names =
        ["deflate.tif", "tiles.tif", "lzw_color.tif", "packbits.tif", "jpeg_color.tif", "float.tif", "pages.svs"];
    let files = files();
    for (stream, name) in names.into_iter().enumerate() {
        let bytes = &files[name];
        let whole = read(bytes).unwrap().volume;
        // Every byte of small files, and of large ones 1500 spread evenly.
        for n_kept in (0..bytes.len()).step_by(bytes.len().div_ceil(1500)) {
            if let Ok(found) = read(&bytes[..n_kept]) {
                assert!(found.volume == whole, "{name} cut at {n_kept} of {}", bytes.len());
            }
        }
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        rng.set_stream(stream as u64);
        for _ in 0..400 {
            let mut damaged = bytes.clone();
            for _ in 0..rng.random_range(1..5) {
                let at = if rng.random() {
                    rng.random_range(0..damaged.len())
                } else {
                    damaged.len() - 1 - rng.random_range(0..damaged.len().min(400))
                };
                damaged[at] = rng.random();
            }
            let _ = read(&damaged);
            if let Ok(slide) = Pyramid::of_bytes(&damaged, &Limits::default()) {
                let _ = slide.read_region(0, [0, 0], [1, 1]);
            }
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let bytes = &files()["pages.svs"];
    let on = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| read(bytes).unwrap().volume)
    };
    assert_eq!(on(1), on(3));
}
