//! DICOM files: every one of a public collection is read as pydicom reads it, or refused for a stated reason.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use vesalius_image::{ReadOptions, Values, Volume, format};

use crate::golden;
use crate::real_data::folder;

/// Largest difference of a sample where a codec loses something, in steps of the stored values.
const LOSSY_TOLERANCE: f64 = 3.0;

/// What is read here and not by pydicom, by the end of the name, and why that is right.
const READ_BEYOND_PYDICOM: [(&str, &str); 5] = [
    ("_JPLY", "JPEG of 12 bits, which none of its decoders takes; jpeg.json says what SimpleITK reads"),
    ("JPEG-lossy.dcm", "the same"),
    ("OT-PAL-8-face.dcm", "no transfer syntax is named, and the elements show which it is"),
    ("zipMR.gz", "it is unfolded first"),
    ("_too_short.dcm", "all frames are whole, and only the mark behind them is missing"),
];

fn stored() -> ReadOptions {
    ReadOptions { values: Values::Stored, ..ReadOptions::default() }
}

/// Values in the order of `pixel_array`: frames, rows, columns, channels; and its shape, without axes of one.
fn as_pydicom(volume: &Volume) -> (Vec<usize>, Vec<f64>) {
    let [n_channels, z, y, x] = volume.shape();
    let values = volume.samples().to_f64();
    let n = z * y * x;
    let values = if n_channels == 1 {
        values
    } else {
        (0..n).flat_map(|voxel| (0..n_channels).map(move |c| c * n + voxel)).map(|at| values[at]).collect()
    };
    let shape = [z, y, x, n_channels];
    let kept = |idx: usize| (idx != 0 || z > 1) && (idx != 3 || n_channels > 1);
    ((0..4).filter(|idx| kept(*idx)).map(|idx| shape[idx]).collect(), values)
}

fn crc(values: &[f64]) -> u64 {
    let mut crc = flate2::Crc::new();
    for value in values {
        crc.update(&value.to_le_bytes());
    }
    u64::from(crc.sum())
}

/// What differs from what pydicom found, if anything.
fn difference(path: &Path, expected: &Value) -> Option<String> {
    let found = format::read(path, &stored());
    let (reading, shape) = match (found, expected.get("shape")) {
        (Ok(reading), Some(shape)) => (reading, shape),
        (Err(error), Some(_)) => return Some(format!("{:?}: {error}", error.kind())),
        (Ok(_), None) if READ_BEYOND_PYDICOM.iter().any(|(end, _)| path.to_string_lossy().ends_with(end)) => {
            return None;
        }
        (Ok(reading), None) => return Some(format!("read as {:?}; pydicom: {expected}", reading.volume.shape())),
        (Err(_), None) => return None,
    };
    let (found_shape, values) = as_pydicom(&reading.volume);
    let shape: Vec<usize> = shape.as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as usize).collect();
    if found_shape != shape {
        return Some(format!("shape {found_shape:?}; expected {shape:?}"));
    }
    if Some(crc(&values)) == expected["crc"].as_u64() {
        return None;
    }
    let Some(probes) = expected.get("probes") else { return Some("other values".to_owned()) };
    let probes: Vec<f64> = probes.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
    let at = |idx: usize| values[idx * values.len() / probes.len()];
    let largest = probes.iter().enumerate().map(|(idx, probe)| (at(idx) - probe).abs()).fold(0.0, f64::max);
    (largest > LOSSY_TOLERANCE).then(|| format!("differs by {largest} after a codec that loses something"))
}

#[test]
fn every_file_is_read_as_pydicom_reads_it() {
    let Some(folder) = folder("pydicom-files") else { return };
    let expected: Value = serde_json::from_str(&std::fs::read_to_string(golden("dicom.json")).unwrap()).unwrap();
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for (name, expected) in expected["files"].as_object().unwrap() {
        if let Some(what) = difference(&folder.join(name), expected) {
            found.insert(name.clone(), what);
        }
    }
    for (name, what) in &found {
        eprintln!("{name}: {what}");
    }
    assert_eq!(found.len(), 0);
}

#[test]
fn jpeg_of_8_12_and_16_bits_is_decoded_to_the_bit() {
    let Some(folder) = folder("pydicom-files") else { return };
    let expected: Value = serde_json::from_str(&std::fs::read_to_string(golden("jpeg.json")).unwrap()).unwrap();
    for (name, expected) in expected["files"].as_object().unwrap() {
        let reading = format::read(&folder.join(name), &stored()).unwrap();
        let (_, values) = as_pydicom(&reading.volume);
        assert_eq!(Some(crc(&values)), expected.as_u64(), "{name}");
    }
}

/// `dicom_refused.json` was written by hand from what is refused: reasons, each with its files.
#[test]
fn what_is_refused_is_refused_for_a_stated_reason() {
    let Some(folder) = folder("pydicom-files") else { return };
    let read = |name: &str| -> Value { serde_json::from_slice(&std::fs::read(golden(name)).unwrap()).unwrap() };
    let reasons = read("dicom_refused.json");
    let mut expected = BTreeMap::new();
    for reason in reasons.as_array().unwrap() {
        for name in reason["files"].as_array().unwrap() {
            expected.insert(name.as_str().unwrap().to_owned(), reason);
        }
    }
    let mut surprises = Vec::new();
    for name in read("dicom.json")["files"].as_object().unwrap().keys() {
        match (format::read(&folder.join(name), &stored()), expected.get(name)) {
            (Ok(_), None) => {}
            (Ok(_), Some(_)) => surprises.push(format!("{name} is read and should not be")),
            (Err(error), None) => surprises.push(error.to_string()),
            (Err(error), Some(reason)) => {
                let is_the_kind = reason["kind"] == format!("{:?}", error.kind());
                if !is_the_kind || !error.to_string().contains(reason["words"].as_str().unwrap()) {
                    surprises.push(format!("{:?} {error}", error.kind()));
                }
            }
        }
    }
    assert!(surprises.is_empty(), "{surprises:#?}");
}
