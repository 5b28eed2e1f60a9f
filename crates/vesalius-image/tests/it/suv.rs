//! Uptake values against closed forms: every normalization, decay from the right time, what is missing.

use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use vesalius_image::dicom::suv::{Facts, Frame, Normalization, Sex};
use vesalius_image::{ReadOptions, Samples, dicom};

use crate::phantom_dicom::{Set, Slice, shuffled};

const HALF_LIFE_S: f64 = 6586.2;
const NOON_S: f64 = 18_000.0 * 86_400.0 + 43_200.0;

/// A man of 80 kg and 1.80 m with 400 `MBq`, injected one half-life before the scan at noon.
fn facts() -> Facts {
    Facts {
        units: "BQML".to_owned(),
        decay_correction: "START".to_owned(),
        weight_kg: Some(80.0),
        height_m: Some(1.8),
        sex: Some(Sex::Male),
        dose_bq: Some(4e8),
        half_life_s: Some(HALF_LIFE_S),
        injected_s: Some(NOON_S - HALF_LIFE_S),
        series_s: Some(NOON_S),
        first_acquired_s: Some(NOON_S + 60.0),
        ..Facts::default()
    }
}

fn factor(facts: &Facts) -> f64 {
    facts.factor(Normalization::BodyWeight, Frame::default()).unwrap()
}

#[track_caller]
fn check(found: f64, expected: f64) {
    assert!((found / expected - 1.0).abs() < 1e-9, "{found} is not {expected}");
}

#[test]
fn each_normalization_has_its_closed_form() {
    let of = |normalization| facts().factor(normalization, Frame::default()).unwrap();
    check(of(Normalization::BodyWeight), 80_000.0 / 2e8);
    let lean_g = 1000.0 * 9270.0 * 80.0 / (6680.0 + 216.0 * 80.0 / 3.24);
    check(of(Normalization::LeanBodyMass), lean_g / 2e8);
    let surface_cm2 = 71.84 * 80.0_f64.powf(0.425) * 180.0_f64.powf(0.725);
    check(of(Normalization::BodySurface), surface_cm2 / 2e8);
    let woman = Facts { sex: Some(Sex::Female), ..facts() };
    let lean_g = 1000.0 * 9270.0 * 80.0 / (8780.0 + 244.0 * 80.0 / 3.24);
    check(woman.factor(Normalization::LeanBodyMass, Frame::default()).unwrap(), lean_g / 2e8);
}

#[test]
fn decay_is_counted_from_the_injection_to_what_values_are_corrected_to() {
    check(factor(&facts()), 4e-4);
    check(factor(&Facts { decay_correction: "ADMIN".to_owned(), ..facts() }), 2e-4);
    // A series that was made later from stored data: the first acquisition is the start.
    let later = Facts { series_s: Some(NOON_S + 9000.0), first_acquired_s: Some(NOON_S), ..facts() };
    check(factor(&later), 4e-4);
    check(factor(&Facts { series_s: None, first_acquired_s: Some(NOON_S), ..facts() }), 4e-4);

    // Only the time of day is known, and midnight lies between injection and scan.
    let after_midnight = Facts {
        injected_s: None,
        injected_of_day_s: Some(86_400.0 - 3600.0),
        series_s: Some(18_000.0 * 86_400.0 + 3000.0),
        first_acquired_s: None,
        ..facts()
    };
    check(factor(&after_midnight), 2e-4 / (-6600.0 / HALF_LIFE_S).exp2());

    // Not corrected: the mean over a frame of one half-life is 1/(2 ln 2) of the activity at its start.
    let frame = Frame { acquired_s: Some(NOON_S), duration_s: Some(HALF_LIFE_S) };
    let none = Facts { decay_correction: "NONE".to_owned(), ..facts() };
    check(none.factor(Normalization::BodyWeight, frame).unwrap(), 4e-4 * 2.0 * std::f64::consts::LN_2);
}

#[test]
fn values_that_are_uptakes_or_counts_of_philips_are_known() {
    check(factor(&Facts { units: "GML".to_owned(), ..facts() }), 1.0);
    let counts = Facts { units: "CNTS".to_owned(), ..facts() };
    check(factor(&Facts { philips_uptake: Some(0.5), ..counts.clone() }), 0.5);
    check(factor(&Facts { philips_activity: Some(3.0), ..counts.clone() }), 3.0 * 4e-4);
    let surface = Facts { philips_uptake: Some(0.5), ..counts };
    let surface_m2 = 0.007_184 * 80.0_f64.powf(0.425) * 180.0_f64.powf(0.725);
    check(surface.factor(Normalization::BodySurface, Frame::default()).unwrap(), 0.5 * 1e4 * surface_m2 / 80_000.0);
}

#[test]
fn what_is_missing_or_impossible_is_named() {
    let cases: [(&str, Facts); 15] = [
        ("0010,1030", Facts { weight_kg: None, ..facts() }),
        ("0010,1030", Facts { weight_kg: Some(0.0), ..facts() }),
        ("0018,1074", Facts { dose_bq: None, ..facts() }),
        ("megabecquerel", Facts { dose_bq: Some(400.0), ..facts() }),
        ("0018,1075", Facts { half_life_s: None, ..facts() }),
        ("0018,1078", Facts { injected_s: None, ..facts() }),
        ("0018,1078", Facts { injected_s: Some(NOON_S + 10.0), ..facts() }),
        ("ten half-lives", Facts { injected_s: Some(NOON_S - 11.0 * HALF_LIFE_S), ..facts() }),
        ("0008,0031", Facts { series_s: None, first_acquired_s: None, ..facts() }),
        ("0054,1001", Facts { units: String::new(), ..facts() }),
        ("PROPCPS", Facts { units: "PROPCPS".to_owned(), ..facts() }),
        ("7053,1000", Facts { units: "CNTS".to_owned(), ..facts() }),
        ("0054,1102", Facts { decay_correction: String::new(), ..facts() }),
        ("0008,0032", Facts { decay_correction: "NONE".to_owned(), ..facts() }),
        ("LBM", Facts { units: "GML".to_owned(), uptake_kind: Some("LBM".to_owned()), ..facts() }),
    ];
    for (expected, facts) in cases {
        let error = facts.factor(Normalization::BodyWeight, Frame::default()).unwrap_err().to_string();
        assert!(error.contains(expected), "{expected}: {error}");
    }
    for (expected, facts) in [
        ("0010,1020", Facts { height_m: None, ..facts() }),
        ("0.2 to 2.6", Facts { height_m: Some(180.0), ..facts() }),
        ("0010,0040", Facts { sex: None, ..facts() }),
    ] {
        let error = facts.factor(Normalization::LeanBodyMass, Frame::default()).unwrap_err().to_string();
        assert!(error.contains(expected), "{expected}: {error}");
    }
}

fn pet() -> Set {
    let dose = Set::default()
        .decimals(tags::RADIONUCLIDE_TOTAL_DOSE, &[4e8])
        .decimals(tags::RADIONUCLIDE_HALF_LIFE, &[HALF_LIFE_S])
        .text(tags::RADIOPHARMACEUTICAL_START_DATE_TIME, VR::DT, "20240101101013.8");
    Set::default()
        .text(tags::MODALITY, VR::CS, "PT")
        .text(tags::UNITS, VR::CS, "BQML")
        .text(tags::DECAY_CORRECTION, VR::CS, "START")
        .text(tags::SERIES_DATE, VR::DA, "20240101")
        .text(tags::SERIES_TIME, VR::TM, "120000")
        .text(tags::PATIENT_SEX, VR::CS, "F")
        .decimals(tags::PATIENT_WEIGHT, &[80.0])
        .decimals(tags::PATIENT_SIZE, &[1.6])
        .sequence(tags::RADIOPHARMACEUTICAL_INFORMATION_SEQUENCE, vec![dose])
}

fn uptake(more: &Set) -> Result<vesalius_image::Reading, String> {
    let folder = tempfile::tempdir().unwrap();
    // Each slice has a slope of its own, as in most PET series, and beds are acquired one after the other.
    let slice = |k: i16| {
        let time = format!("12{:02}00", 20 - 4 * k);
        let more =
            more.clone().text(tags::ACQUISITION_DATE, VR::DA, "20240101").text(tags::ACQUISITION_TIME, VR::TM, &time);
        Slice { slope: 100.0 * f64::from(k + 1), more, ..Slice::axial(4.0 * f64::from(k), 1000) }.set().file()
    };
    shuffled(folder.path(), (0..3).map(slice));
    let index = dicom::open(folder.path(), &ReadOptions::default()).unwrap();
    let stack = &index.series[0].volumes[0];
    index.uptake(stack, Normalization::BodyWeight, &ReadOptions::default()).map_err(|error| error.to_string())
}

#[test]
fn a_series_is_read_as_uptake() {
    let reading = uptake(&pet()).unwrap();
    let Samples::F32(values) = reading.volume.samples() else { panic!("{:?}", reading.volume.samples().dtype()) };
    // One half-life passed until the series began: 2e8 Bq for 80 kg.
    for k in 0..3 {
        check_single(values[12 * k], 1000.0 * 100.0 * (k as f64 + 1.0) * 4e-4);
    }
    assert_eq!(reading.units.as_deref(), Some("{SUVbw}g/ml"));

    let elsewhere = pet().text(tags::TIMEZONE_OFFSET_FROM_UTC, VR::SH, "+0100");
    let dose = Set::default()
        .decimals(tags::RADIONUCLIDE_TOTAL_DOSE, &[4e8])
        .decimals(tags::RADIONUCLIDE_HALF_LIFE, &[HALF_LIFE_S])
        .text(tags::RADIOPHARMACEUTICAL_START_DATE_TIME, VR::DT, "20240101091013.8+0000");
    let elsewhere = elsewhere.sequence(tags::RADIOPHARMACEUTICAL_INFORMATION_SEQUENCE, vec![dose]);
    assert_eq!(uptake(&elsewhere).unwrap().volume, reading.volume);

    let philips = pet()
        .text(tags::UNITS, VR::CS, "CNTS")
        .text(Tag(0x7053, 0x0010), VR::LO, "Philips PET Private Group")
        .decimals(Tag(0x7053, 0x1000), &[0.001]);
    let reading = uptake(&philips).unwrap();
    check_single(reading.volume.to_f32()[12], 1000.0 * 200.0 * 0.001);
}

#[track_caller]
fn check_single(found: f32, expected: f64) {
    assert!((f64::from(found) / expected - 1.0).abs() < 1e-6, "{found} is not {expected}");
}

#[test]
fn a_series_that_does_not_say_enough_is_refused() {
    assert!(uptake(&pet().without(tags::PATIENT_WEIGHT)).unwrap_err().contains("0010,1030"));
    assert!(uptake(&pet().text(tags::MODALITY, VR::CS, "CT")).unwrap_err().contains("PT"));
}
