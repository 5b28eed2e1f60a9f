//! The files that both sides read: a volume, a mask and a CT series by formula, and the names of real DICOM files.

use std::path::{Path, PathBuf};

use vesalius::{Result, artifact};
use vesalius_image::{Geometry, ReadOptions, Samples, Volume, format};

use super::super::broken;

/// Voxels along z, y and x.
const SHAPE: [usize; 3] = [160, 256, 256];
const SPACING_MM: [f64; 3] = [0.9375, 0.9375, 1.2];
const N_SLICES: usize = 200;
const SIDE: usize = 512;

/// Makes what is not there yet.
pub(super) fn make(folder: &Path) -> Result<()> {
    let image = folder.join("volume.nii.gz");
    if !image.exists() {
        save(&image, Samples::F32(voxels(|z, y, x| intensity(z, y, x) as f32)))?;
    }
    let mask = folder.join("mask.nii.gz");
    if !mask.exists() {
        save(&mask, Samples::U8(voxels(|z, y, x| u8::from(is_inside(z, y, x)))))?;
    }
    let series = folder.join("series");
    for slice in 0..N_SLICES {
        // Names that are not in the order of positions, as those of scanners are not.
        let path = series.join(format!("{:03}.dcm", slice * 77 % N_SLICES));
        if !path.exists() {
            artifact::write_bytes(&path, &ct_slice(slice))?;
        }
    }
    Ok(())
}

/// The first files in the order of their names that can be decoded; none where the data are not there.
///
/// Their names are left in the folder, so that the peers decode the same.
pub(super) fn dicom_files(folder: &Path, data: &Path, n_files: usize) -> Result<Vec<PathBuf>> {
    let listing = folder.join("dicom-files.txt");
    if let Ok(text) = std::fs::read_to_string(&listing) {
        return Ok(text.lines().map(|line| data.join(line)).collect());
    }
    let mut found = Vec::new();
    walk(&data.join("pydicom-files"), &mut found);
    found.sort();
    found.retain(|path| format::read(path, &ReadOptions::default()).is_ok());
    found.truncate(n_files);
    let names =
        found.iter().filter_map(|path| path.strip_prefix(data).ok()).map(|path| format!("{}\n", path.display()));
    if !found.is_empty() {
        artifact::write_bytes(&listing, names.collect::<String>().as_bytes())?;
    }
    Ok(found)
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { walk(&path, found) } else { found.push(path) }
    }
}

fn voxels<T>(value: impl Fn(usize, usize, usize) -> T) -> Vec<T> {
    let [nz, ny, nx] = SHAPE;
    let mut all = Vec::with_capacity(nz * ny * nx);
    for z in 0..nz {
        for y in 0..ny {
            all.extend((0..nx).map(|x| value(z, y, x)));
        }
    }
    all
}

/// Whole numbers as of magnetic resonance: a bright ellipsoid with folds and noise on a dark ground.
fn intensity(z: usize, y: usize, x: usize) -> f64 {
    let from_center = [z as f64 / 160.0 - 0.5, y as f64 / 256.0 - 0.5, x as f64 / 256.0 - 0.5];
    let radius = from_center.map(|part| part * part).iter().sum::<f64>().sqrt() / 0.42;
    let noise = ((z * 73_856_093) ^ (y * 19_349_663) ^ (x * 83_492_791)) % 31;
    let signal = if radius < 1.0 { 400.0 + 150.0 * folds(z, y, x) } else { 0.0 };
    (signal + noise as f64).round()
}

/// Many regions of all sizes.
fn is_inside(z: usize, y: usize, x: usize) -> bool {
    folds(z, y, x) > 1.1
}

fn folds(z: usize, y: usize, x: usize) -> f64 {
    let waves = [z as f64 / 7.0, y as f64 / 11.0, x as f64 / 9.0];
    let crossed = (0..3).map(|axis| waves[axis].sin() * waves[(axis + 1) % 3].cos());
    crossed.sum::<f64>() + 0.5 * (waves[0] / 5.0 + waves[1] / 7.0).sin()
}

fn save(path: &Path, samples: Samples) -> Result<()> {
    let upright = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    let geometry = Geometry::new(SPACING_MM, [-120.0, -120.0, -96.0], upright)?;
    let [z, y, x] = SHAPE;
    let volume = Volume::new(samples, [1, z, y, x], Some(geometry))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let encode = format::of_name(&name).and_then(|format| format.encode).ok_or_else(|| broken(&"no such format"))?;
    artifact::write_bytes(path, &encode(&volume, &name)?[0].bytes)
}

/// A slice of CT as a DICOM file: explicit VR, little endian.
fn ct_slice(slice: usize) -> Vec<u8> {
    const CT: &str = "1.2.840.10008.5.1.4.1.1.2";
    const UID: &str = "1.2.826.0.1.3680043.10.1.1";
    let instance = format!("{UID}.3.{}", slice + 1);
    let meta = [
        element((2, 1), *b"OB", &[0, 1]),
        element((2, 2), *b"UI", CT.as_bytes()),
        element((2, 3), *b"UI", instance.as_bytes()),
        element((2, 0x10), *b"UI", b"1.2.840.10008.1.2.1"),
    ]
    .concat();
    let mut pixels = Vec::with_capacity(SIDE * SIDE * 2);
    for y in 0..SIDE {
        for x in 0..SIDE {
            pixels.extend_from_slice(&(intensity(slice * 4 / 5, y / 2, x / 2) as i16).to_le_bytes());
        }
    }
    let short = |value: usize| (value as u16).to_le_bytes();
    let set = [
        element((8, 0x16), *b"UI", CT.as_bytes()),
        element((8, 0x18), *b"UI", instance.as_bytes()),
        element((8, 0x60), *b"CS", b"CT"),
        element((0x18, 0x50), *b"DS", b"1.5"),
        element((0x20, 0xd), *b"UI", format!("{UID}.1").as_bytes()),
        element((0x20, 0xe), *b"UI", format!("{UID}.2").as_bytes()),
        element((0x20, 0x13), *b"IS", (slice + 1).to_string().as_bytes()),
        element((0x20, 0x32), *b"DS", format!("-180\\-180\\{}", 1.5 * slice as f64).as_bytes()),
        element((0x20, 0x37), *b"DS", b"1\\0\\0\\0\\1\\0"),
        element((0x20, 0x52), *b"UI", format!("{UID}.4").as_bytes()),
        element((0x28, 2), *b"US", &short(1)),
        element((0x28, 4), *b"CS", b"MONOCHROME2"),
        element((0x28, 0x10), *b"US", &short(SIDE)),
        element((0x28, 0x11), *b"US", &short(SIDE)),
        element((0x28, 0x30), *b"DS", b"0.703125\\0.703125"),
        element((0x28, 0x100), *b"US", &short(16)),
        element((0x28, 0x101), *b"US", &short(16)),
        element((0x28, 0x102), *b"US", &short(15)),
        element((0x28, 0x103), *b"US", &short(1)),
        element((0x28, 0x1052), *b"DS", b"-1024"),
        element((0x28, 0x1053), *b"DS", b"1"),
        element((0x7fe0, 0x10), *b"OW", &pixels),
    ]
    .concat();
    let length = (meta.len() as u32).to_le_bytes();
    [&[0; 128][..], b"DICM", &element((2, 0), *b"UL", &length), &meta, &set].concat()
}

/// Tag, representation, length and value, padded to an even length.
fn element((group, number): (u16, u16), vr: [u8; 2], value: &[u8]) -> Vec<u8> {
    let mut value = value.to_vec();
    if value.len() % 2 == 1 {
        value.push(if vr == *b"UI" { 0 } else { b' ' });
    }
    let mut bytes = [&group.to_le_bytes()[..], &number.to_le_bytes(), &vr].concat();
    if matches!(&vr, b"OB" | b"OW") {
        bytes.extend_from_slice(&[0, 0]);
        bytes.extend_from_slice(&(value.len() as u32).to_le_bytes());
    } else {
        bytes.extend_from_slice(&(value.len() as u16).to_le_bytes());
    }
    bytes.extend_from_slice(&value);
    bytes
}
