//! Standardized uptake values of positron emission tomography: activity for the dose that each gram would have.
//!
//! The steps are those of the Quantitative Imaging Biomarkers Alliance for all vendors (QIBA profile *FDG-PET/CT as an
//! imaging biomarker*, 2016). What a file does not say is an error that names the element.

mod facts;
mod uptake;

use crate::error::{Error, Result};

pub use facts::{Facts, Frame, Sex};
pub(crate) use uptake::read;

/// What an uptake is measured against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Normalization {
    /// Body weight, in g/ml.
    BodyWeight,
    /// Lean body mass after Janmahasatian et al. 2005 (DOI 10.2165/00003088-200544100-00004), in g/ml.
    ///
    /// Not that of James 1976, which falls again for the heaviest patients.
    LeanBodyMass,
    /// Body surface area after Du Bois and Du Bois 1916 (DOI 10.1001/archinte.1916.00080130010002), in cm²/ml.
    BodySurface,
}

impl Normalization {
    /// What the values are in, as DICOM writes it (PS3.16, CID 85).
    pub fn units(self) -> &'static str {
        match self {
            Self::BodyWeight => "{SUVbw}g/ml",
            Self::LeanBodyMass => "{SUVlbm(Janma)}g/ml",
            Self::BodySurface => "{SUVbsa}cm2/ml",
        }
    }
}

/// Activity that is left after a while, of one; `half_life_s` is above 0.
fn left_after(elapsed_s: f64, half_life_s: f64) -> f64 {
    (-elapsed_s / half_life_s).exp2()
}

/// Lean body mass in kilograms (Janmahasatian et al. 2005).
fn lean_body_mass_kg(weight_kg: f64, height_m: f64, sex: Sex) -> f64 {
    let body_mass_index = weight_kg / (height_m * height_m);
    match sex {
        Sex::Male => 9270.0 * weight_kg / (6680.0 + 216.0 * body_mass_index),
        Sex::Female => 9270.0 * weight_kg / (8780.0 + 244.0 * body_mass_index),
    }
}

/// Body surface in square meters (Du Bois and Du Bois 1916).
fn body_surface_m2(weight_kg: f64, height_m: f64) -> f64 {
    0.007_184 * weight_kg.powf(0.425) * (100.0 * height_m).powf(0.725)
}

impl Facts {
    /// What the rescaled values of a slice are multiplied by to become uptake values.
    ///
    /// `frame` counts only where values are not corrected for decay; each slice then has a factor of its own.
    pub fn factor(&self, normalization: Normalization, frame: Frame) -> Result<f64> {
        let size = self.body_size(normalization)?;
        if let Some(by_weight) = self.by_weight_already()? {
            return Ok(by_weight * size / (1000.0 * self.weight_kg()?));
        }
        Ok(self.becquerel_per_value()? * size / self.dose_left_bq(frame)?)
    }

    /// Grams of weight or lean mass, or square centimeters of surface.
    fn body_size(&self, normalization: Normalization) -> Result<f64> {
        let weight_kg = self.weight_kg()?;
        Ok(match normalization {
            Normalization::BodyWeight => 1000.0 * weight_kg,
            Normalization::LeanBodyMass => {
                let sex = self.sex.ok_or_else(|| missing("the sex of the patient (0010,0040), M or F"))?;
                1000.0 * lean_body_mass_kg(weight_kg, self.height_m()?, sex)
            }
            Normalization::BodySurface => 1e4 * body_surface_m2(weight_kg, self.height_m()?),
        })
    }

    fn weight_kg(&self) -> Result<f64> {
        positive(self.weight_kg).ok_or_else(|| missing("the weight of the patient in kilograms (0010,1030)"))
    }

    fn height_m(&self) -> Result<f64> {
        let height_m =
            positive(self.height_m).ok_or_else(|| missing("the height of the patient in meters (0010,1020)"))?;
        if !(0.2..=2.6).contains(&height_m) {
            return Err(Error::format(format!(
                "the height of the patient (0010,1020) is {height_m}; expected meters, 0.2 to 2.6; correct the header"
            )));
        }
        Ok(height_m)
    }

    /// The factor to uptake by body weight of values that are uptakes already, or that their maker gives one for.
    fn by_weight_already(&self) -> Result<Option<f64>> {
        match self.units.as_str() {
            "GML" if matches!(self.uptake_kind.as_deref(), None | Some("BW")) => Ok(Some(1.0)),
            "GML" => Err(Error::unsupported(format!(
                "the values are uptakes of type {:?} (0054,1006); expected BW; use them as they are",
                self.uptake_kind.as_deref().unwrap_or_default()
            ))),
            "CNTS" => Ok(positive(self.philips_uptake)),
            _ => Ok(None),
        }
    }

    fn becquerel_per_value(&self) -> Result<f64> {
        match self.units.as_str() {
            "BQML" => Ok(1.0),
            "CNTS" => positive(self.philips_activity).ok_or_else(|| {
                missing("a factor from counts to uptake (7053,1000) or to activity (7053,1009) of Philips")
            }),
            "" => Err(missing("the units of its values (0054,1001)")),
            other => Err(Error::unsupported(format!(
                "the values are in {other:?} (0054,1001), from which no activity follows; expected BQML, GML, or CNTS \
                 of Philips; reconstruct the series in Bq/ml"
            ))),
        }
    }

    /// Activity that is left of the dose at the time to which the values are corrected.
    fn dose_left_bq(&self, frame: Frame) -> Result<f64> {
        let dose_bq = positive(self.dose_bq).ok_or_else(|| missing("the injected dose in becquerel (0018,1074)"))?;
        if dose_bq < 1e5 {
            return Err(Error::format(format!(
                "the injected dose (0018,1074) is {dose_bq}; expected becquerel, and this looks like megabecquerel; \
                 correct the header"
            )));
        }
        if self.decay_correction == "ADMIN" {
            return Ok(dose_bq);
        }
        let half_life_s =
            positive(self.half_life_s).ok_or_else(|| missing("the half-life of the nuclide (0018,1075)"))?;
        match self.decay_correction.as_str() {
            "START" => Ok(dose_bq * left_after(self.elapsed_s(self.scan_start_s()?, half_life_s)?, half_life_s)),
            "NONE" => {
                let (Some(acquired_s), Some(duration_s)) = (frame.acquired_s, positive(frame.duration_s)) else {
                    return Err(missing(
                        "of each slice when it was acquired (0008,0032) and how long (0018,1242), which values \
                         without decay correction need",
                    ));
                };
                let elapsed_s = self.elapsed_s(acquired_s, half_life_s)?;
                Ok(dose_bq * left_after(elapsed_s, half_life_s) * mean_while(duration_s, half_life_s))
            }
            "" => Err(missing("how its values are corrected for decay (0054,1102)")),
            other => Err(Error::unsupported(format!(
                "the values are corrected for decay by {other:?} (0054,1102); expected START, ADMIN or NONE"
            ))),
        }
    }

    /// When the scan began: what the values are corrected to.
    ///
    /// The time of the series, unless it lies behind the first acquisition: then the series was made later from
    /// stored data, and the first acquisition is the start.
    fn scan_start_s(&self) -> Result<f64> {
        match (self.series_s, self.first_acquired_s) {
            (Some(series_s), Some(acquired_s)) => Ok(series_s.min(acquired_s)),
            (Some(start_s), None) | (None, Some(start_s)) => Ok(start_s),
            (None, None) => Err(missing("date and time of the series (0008,0021 and 0008,0031)")),
        }
    }

    /// Seconds from the injection to a moment.
    fn elapsed_s(&self, moment_s: f64, half_life_s: f64) -> Result<f64> {
        let elapsed_s = match (self.injected_s, self.injected_of_day_s) {
            (Some(injected_s), _) => moment_s - injected_s,
            // Only the time of day is known: the last such time before the scan, perhaps on the day before.
            (None, Some(of_day_s)) => (moment_s - of_day_s).rem_euclid(super::clock::DAY_S),
            (None, None) => return Err(missing("when the dose was injected (0018,1078 or 0018,1072)")),
        };
        if !(0.0..=10.0 * half_life_s).contains(&elapsed_s) {
            return Err(Error::format(format!(
                "the dose was injected {elapsed_s:.0} s before the scan; expected 0 to ten half-lives of \
                 {half_life_s:.0} s; dates were changed, correct (0018,1078) or (0008,0021)"
            )));
        }
        Ok(elapsed_s)
    }
}

/// Mean activity while it decays, of that at the beginning.
fn mean_while(duration_s: f64, half_life_s: f64) -> f64 {
    let decays = std::f64::consts::LN_2 * duration_s / half_life_s;
    -(-decays).exp_m1() / decays
}

fn positive(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite() && *value > 0.0)
}

fn missing(what: &str) -> Error {
    Error::format(format!(
        "no uptake can be computed: the file does not say {what}; add it to the header, or use the values as they are"
    ))
}
