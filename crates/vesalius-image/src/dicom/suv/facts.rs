//! What the header of a PET image says of patient, dose and time.

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use crate::error::{Error, Result};

use super::super::clock;
use super::super::file::{File, Set};

/// Private elements of Philips: uptake and Bq/ml for each stored value.
const PHILIPS_CREATOR: Tag = Tag(0x7053, 0x0010);
const PHILIPS_UPTAKE: Tag = Tag(0x7053, 0x1000);
const PHILIPS_ACTIVITY: Tag = Tag(0x7053, 0x1009);

/// Sex of the patient, for formulas of lean body mass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    /// `F`
    Female,
    /// `M`
    Male,
}

/// When one slice was acquired.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Frame {
    /// Start of the acquisition, in seconds since 1970-01-01, local time.
    pub acquired_s: Option<f64>,
    /// How long it took, in seconds.
    pub duration_s: Option<f64>,
}

/// What a PET series says of patient, dose and time; moments are in seconds since 1970-01-01, local time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Units of the rescaled values (0054,1001), such as `BQML`.
    pub units: String,
    /// What kind of uptake values are, if they are uptakes (0054,1006).
    pub uptake_kind: Option<String>,
    /// To which time values are corrected for decay (0054,1102): `START`, `ADMIN` or `NONE`.
    pub decay_correction: String,
    /// Weight of the patient in kilograms.
    pub weight_kg: Option<f64>,
    /// Height of the patient in meters.
    pub height_m: Option<f64>,
    /// Sex of the patient.
    pub sex: Option<Sex>,
    /// Injected activity in becquerel at the time of injection.
    pub dose_bq: Option<f64>,
    /// Half-life of the nuclide in seconds.
    pub half_life_s: Option<f64>,
    /// When the dose was injected.
    pub injected_s: Option<f64>,
    /// When it was injected, in seconds since midnight of a day that is not said.
    pub injected_of_day_s: Option<f64>,
    /// Date and time of the series.
    pub series_s: Option<f64>,
    /// Start of the first acquisition of the series.
    pub first_acquired_s: Option<f64>,
    /// Uptake by body weight for each rescaled value, of Philips.
    pub philips_uptake: Option<f64>,
    /// Bq/ml for each rescaled value, of Philips.
    pub philips_activity: Option<f64>,
}

impl Facts {
    /// What the header of one slice says; [`Facts::first_acquired_s`] is then that of this slice.
    pub(crate) fn of(file: &File<'_>) -> Result<Self> {
        let set = file.root();
        if set.text(tags::MODALITY)?.as_deref() != Some("PT") {
            return Err(Error::parameter("uptake values are of positron emission tomography; expected modality PT"));
        }
        let dose = set.item(tags::RADIOPHARMACEUTICAL_INFORMATION_SEQUENCE);
        let of_dose = |tag: Tag| dose.map_or(Ok(None), |dose| dose.float(tag));
        let (injected_s, injected_of_day_s) = injection(set, dose)?;
        let is_philips = set.text(PHILIPS_CREATOR)?.is_some_and(|creator| creator.starts_with("Philips"));
        let philips = |tag: Tag| if is_philips { private_number(set, tag) } else { Ok(None) };
        Ok(Self {
            units: set.text(tags::UNITS)?.unwrap_or_default(),
            uptake_kind: set.text(tags::SUV_TYPE)?,
            decay_correction: set.text(tags::DECAY_CORRECTION)?.unwrap_or_default(),
            weight_kg: set.float(tags::PATIENT_WEIGHT)?,
            height_m: set.float(tags::PATIENT_SIZE)?,
            sex: match set.text(tags::PATIENT_SEX)?.as_deref() {
                Some("F") => Some(Sex::Female),
                Some("M") => Some(Sex::Male),
                _ => None,
            },
            dose_bq: of_dose(tags::RADIONUCLIDE_TOTAL_DOSE)?,
            half_life_s: of_dose(tags::RADIONUCLIDE_HALF_LIFE)?,
            injected_s,
            injected_of_day_s,
            series_s: moment(set, tags::SERIES_DATE, tags::SERIES_TIME)?,
            first_acquired_s: moment(set, tags::ACQUISITION_DATE, tags::ACQUISITION_TIME)?,
            philips_uptake: philips(PHILIPS_UPTAKE)?,
            philips_activity: philips(PHILIPS_ACTIVITY)?,
        })
    }
}

impl Frame {
    /// When the slice of this header was acquired.
    pub(crate) fn of(file: &File<'_>) -> Result<Self> {
        let set = file.root();
        let duration_ms = set.float(tags::ACTUAL_FRAME_DURATION)?;
        Ok(Self {
            acquired_s: moment(set, tags::ACQUISITION_DATE, tags::ACQUISITION_TIME)?,
            duration_s: duration_ms.map(|duration| duration / 1000.0),
        })
    }
}

/// The moment of a date and a time, if both are there.
fn moment(set: Set<'_>, date: Tag, time: Tag) -> Result<Option<f64>> {
    let days = set.text(date)?.and_then(|text| clock::days(&text));
    let seconds = set.text(time)?.and_then(|text| clock::seconds(&text));
    Ok(days.zip(seconds).map(|(days, seconds)| days * clock::DAY_S + seconds))
}

/// The moment of injection, else the time of day.
fn injection(set: Set<'_>, dose: Option<Set<'_>>) -> Result<(Option<f64>, Option<f64>)> {
    let Some(dose) = dose else { return Ok((None, None)) };
    let here = set.text(tags::TIMEZONE_OFFSET_FROM_UTC)?.and_then(|text| clock::zone(&text));
    let injected = dose.text(tags::RADIOPHARMACEUTICAL_START_DATE_TIME)?.and_then(|text| clock::moment(&text));
    let injected_s = injected.map(|(local_s, there)| match (here, there) {
        // Other times of the file are in its own zone.
        (Some(here), Some(there)) => local_s - there + here,
        _ => local_s,
    });
    let of_day_s = dose.text(tags::RADIOPHARMACEUTICAL_START_TIME)?.and_then(|text| clock::seconds(&text));
    Ok((injected_s, of_day_s))
}

/// A private number, which implicit encoding leaves without its type: then it is text.
fn private_number(set: Set<'_>, tag: Tag) -> Result<Option<f64>> {
    match set.float(tag) {
        Ok(number) => Ok(number),
        Err(_) => Ok(set.text(tag)?.and_then(|text| text.parse().ok())),
    }
}
