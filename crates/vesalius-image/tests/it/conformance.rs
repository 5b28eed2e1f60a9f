//! Every format: round trips of every sample type, truncation at every byte, damage of any byte.

use std::io::Cursor;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use vesalius_image::npz::{Npz, decode_npy, write_npy, write_npz};
use vesalius_image::{Error, Limits, ReadOptions, Samples, Source, Volume, format, nifti, raster};

use crate::{every_type, golden};

/// A decoder, with whatever it makes of the bytes as text that can be compared.
type Decode = fn(&[u8]) -> Result<String, Error>;

fn npy(bytes: &[u8]) -> Result<String, Error> {
    decode_npy(bytes, &Limits::default()).map(|array| format!("{array:?}"))
}

fn npz(bytes: &[u8]) -> Result<String, Error> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let npz = Npz::open(file.path(), &Limits::default())?;
    let arrays: Result<Vec<_>, _> = npz.names().iter().map(|name| npz.array(name)).collect();
    arrays.map(|arrays| format!("{:?} {arrays:?}", npz.names()))
}

fn nii(bytes: &[u8]) -> Result<String, Error> {
    nifti::decode(bytes, &Limits::default()).map(|volume| format!("{volume:?}"))
}

fn picture(bytes: &[u8]) -> Result<String, Error> {
    raster::decode_raster(bytes, &Limits::default()).map(|volume| format!("{volume:?}"))
}

fn registered(bytes: &[u8], name: &str) -> Result<String, Error> {
    let decode = format::of_name(name).unwrap().decode;
    decode(&Source::new(bytes), &ReadOptions::default()).map(|reading| format!("{:?}", reading.volume))
}

fn nrrd(bytes: &[u8]) -> Result<String, Error> {
    registered(bytes, "a.nrrd")
}

fn metaimage(bytes: &[u8]) -> Result<String, Error> {
    registered(bytes, "a.mha")
}

/// One small file of each format, with its decoder.
fn files() -> Vec<(&'static str, Vec<u8>, Decode)> {
    let pixels: Vec<u8> = (0..11 * 9 * 3).map(|v| (v * 7 % 256) as u8).collect();
    let encoded = |format: image::ImageFormat| {
        let picture = image::RgbImage::from_raw(11, 9, pixels.clone()).unwrap();
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    };
    let samples = Samples::I16((0..24).collect());
    let volume = Volume::new(samples.clone(), [1, 2, 3, 4], None).unwrap();
    let mut archive = Cursor::new(Vec::new());
    let arrays = [("a".to_owned(), vec![2, 12], samples.clone()), ("b".to_owned(), vec![24], samples.clone())];
    write_npz(&mut archive, &arrays).unwrap();
    let mut array = Vec::new();
    write_npy(&mut array, &[4, 6], &samples).unwrap();
    let whole = |name: &str| format::of_name(name).unwrap().encode.unwrap()(&volume, name).unwrap().remove(0).bytes;
    vec![
        ("npy", array, npy),
        ("npz", archive.into_inner(), npz),
        ("nii.gz", nifti::encode(&volume).unwrap(), nii),
        ("nii", std::fs::read(golden("sform.nii")).unwrap(), nii),
        ("nrrd", whole("a.nrrd"), nrrd),
        ("mha", whole("a.mha"), metaimage),
        ("png", encoded(image::ImageFormat::Png), picture),
        ("jpeg", encoded(image::ImageFormat::Jpeg), picture),
        ("bmp", encoded(image::ImageFormat::Bmp), picture),
        ("tiff", encoded(image::ImageFormat::Tiff), picture),
        ("pnm", encoded(image::ImageFormat::Pnm), picture),
        ("gif", encoded(image::ImageFormat::Gif), picture),
    ]
}

#[test]
fn every_type_makes_the_round_trip() {
    for samples in every_type() {
        let mut bytes = Vec::new();
        write_npy(&mut bytes, &[2, 3, 4], &samples).unwrap();
        let array = decode_npy(&bytes, &Limits::default()).unwrap();
        assert_eq!((array.shape, &array.samples), (vec![2, 3, 4], &samples));

        let file = tempfile::NamedTempFile::new().unwrap();
        let arrays =
            [("first".to_owned(), vec![24], samples.clone()), ("second".to_owned(), vec![1, 24], samples.clone())];
        write_npz(&mut file.reopen().unwrap(), &arrays).unwrap();
        let npz = Npz::open(file.path(), &Limits::default()).unwrap();
        assert_eq!(npz.names(), ["first", "second"]);
        assert_eq!(npz.header("second").unwrap().shape, [1, 24]);
        assert_eq!(npz.header("second").unwrap().dtype, samples.dtype());
        assert_eq!(npz.array("second").unwrap().samples, samples);

        for shape in [[1, 2, 3, 4], [3, 2, 2, 2], [24, 1, 1, 1], [1, 1, 1, 24]] {
            let volume = Volume::new(samples.clone(), shape, None).unwrap();
            let bytes = nifti::encode(&volume).unwrap();
            assert_eq!(nifti::decode(&bytes, &Limits::default()).unwrap(), volume);
            assert_eq!(nifti::encode(&volume).unwrap(), bytes, "same volume, same bytes");
        }
    }
}

#[test]
fn a_truncated_file_is_an_error_or_complete() {
    for (name, bytes, decode) in files() {
        let whole = decode(&bytes).unwrap();
        let mut n_errors = 0;
        for n_kept in 0..bytes.len() {
            match decode(&bytes[..n_kept]) {
                Err(error) => {
                    n_errors += 1;
                    assert!(!error.to_string().is_empty());
                }
                // Some formats end in bytes that say nothing about the pixels.
                Ok(found) => assert_eq!(found, whole, "{name} cut at {n_kept} of {}", bytes.len()),
            }
        }
        assert!(n_errors * 10 > bytes.len() * 9, "{name}: {n_errors} errors of {} cuts", bytes.len());
    }
}

#[test]
fn a_damaged_file_never_panics() {
    for (stream, (_, bytes, decode)) in files().into_iter().enumerate() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        rng.set_stream(stream as u64);
        for _ in 0..3000 {
            let mut damaged = bytes.clone();
            for _ in 0..rng.random_range(1..5) {
                // Headers are where damage matters most.
                let end = if rng.random() { damaged.len() } else { damaged.len().min(64) };
                damaged[rng.random_range(0..end)] = rng.random();
            }
            let _ = decode(&damaged);
        }
    }
}

#[test]
fn an_empty_or_foreign_file_is_a_typed_error() {
    for (name, _, decode) in files() {
        for bytes in [&b""[..], b"\0", b"not an image at all, but a text of some length", &[0xff; 4096], &[0; 4096]] {
            let error = decode(bytes).expect_err(name);
            assert!(error.to_string().len() > 20, "{name}: {error}");
        }
    }
}

#[test]
fn a_wrong_checksum_is_an_error() {
    // The four bytes of the checksum: before the length of a gzip stream, and 16 bytes into a zip directory entry.
    let zip_at = |bytes: &[u8]| bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap() + 16;
    let gzip_at = |bytes: &[u8]| bytes.len() - 8;
    for (name, mut bytes, decode) in files() {
        let at = match name {
            "nii.gz" => gzip_at(&bytes),
            "npz" => zip_at(&bytes),
            _ => continue,
        };
        bytes[at] ^= 1;
        let error = decode(&bytes).expect_err(name);
        assert_eq!(error.kind(), vesalius_image::ErrorKind::Format, "{name}: {error}");
    }
}
