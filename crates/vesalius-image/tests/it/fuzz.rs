//! A bounded fuzz of every format in the registry: damage of many kinds, the same at every run.
//!
//! `fuzz/` holds the same without a bound, led by coverage.

mod seeds;

use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use vesalius_image::format::FORMATS;
use vesalius_image::{Error, Limits, ReadOptions, Source};

/// Damaged files of each format.
const N_FILES: usize = 1500;

/// What no small file may take to be read or refused, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(10);

/// Numbers at which sizes overflow, change sign or vanish.
const NUMBERS: [u32; 8] = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0xffff_ffff];

fn damaged(seed: &[u8], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..rng.random_range(1..5) {
        if bytes.is_empty() {
            break;
        }
        // Headers are where damage matters most.
        let end = if rng.random() { bytes.len() } else { bytes.len().min(400) };
        let at = rng.random_range(0..end);
        match rng.random_range(0..7) {
            0 => bytes[at] = rng.random(),
            1 => bytes[at] ^= 1 << rng.random_range(0..8),
            2 => bytes.truncate(at),
            3 => {
                let number = NUMBERS[rng.random_range(0..NUMBERS.len())];
                let number = if rng.random() { number.to_le_bytes() } else { number.to_be_bytes() };
                let width = [1, 2, 4][rng.random_range(0..3)].min(bytes.len() - at);
                bytes[at..at + width].copy_from_slice(&number[..width]);
            }
            4 => {
                let copy = bytes[at..(at + rng.random_range(1..64)).min(bytes.len())].to_vec();
                bytes.splice(at..at, copy);
            }
            5 => drop(bytes.drain(at..(at + rng.random_range(1..16)).min(bytes.len()))),
            // A digit for a digit: text headers are numbers that can be read and make no sense.
            _ => {
                if let Some(digit) = bytes[at..end].iter_mut().find(|byte| byte.is_ascii_digit()) {
                    *digit = b'0' + rng.random_range(0..10);
                }
            }
        }
    }
    bytes
}

#[test]
fn damage_of_any_kind_ends_in_an_image_or_a_typed_error() {
    let limits = Limits { samples_max: 1 << 22, bytes_max: 1 << 25, ..Limits::default() };
    let options = ReadOptions { limits, ..ReadOptions::default() };
    for (stream, format) in FORMATS.iter().enumerate() {
        let seeds = seeds::of(format);
        assert!(!seeds.is_empty(), "{}: there is no file to begin with; add a golden", format.name);
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        rng.set_stream(stream as u64);
        let name = format!("damaged.{}", format.endings[0]);
        for idx in 0..N_FILES {
            let bytes = damaged(&seeds[idx % seeds.len()], &mut rng);
            let beside = |_: &str| Ok::<_, Error>(vec![1_u8; 4096]);
            let start = Instant::now();
            match (format.decode)(&Source::named(&bytes, &name, &beside), &options) {
                Ok(reading) => {
                    assert!(reading.volume.samples().len() as u64 <= options.limits.samples_max, "{}", format.name);
                    let written = format.encode.map(|encode| encode(&reading.volume, &name));
                    drop(written);
                }
                Err(error) => assert!(error.to_string().len() > 10, "{}: {error}", format.name),
            }
            let took = start.elapsed();
            assert!(took < PATIENCE, "{} {idx} took {took:?}", format.name);
        }
    }
}

#[test]
fn every_format_has_a_fuzz_target() {
    let manifest = std::fs::read_to_string("../../fuzz/Cargo.toml").unwrap();
    let targets: Vec<&str> = manifest
        .split("[[bin]]")
        .skip(1)
        .filter_map(|table| table.split("name = \"").nth(1)?.split('"').next())
        .collect();
    let formats: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
    assert_eq!(targets, formats, "fuzz/Cargo.toml and the registry, in the same order");
}
