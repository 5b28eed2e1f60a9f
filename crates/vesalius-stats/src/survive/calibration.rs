//! Calibration curve at a horizon: the observed share of events over the predicted one, in groups of equal size.
//!
//! **Definition.** Cases in the order of their predicted share of events until t are cut after every n / G cases; equal
//! predictions stay together, which may leave fewer groups. Predicted is the mean of 1 − S, observed one minus the
//! Kaplan–Meier estimate within the group at t (`D'Agostino` and Nam 2003, doi:10.1016/S0169-7161(03)23001-7).
//! **Interval.** That of Kaplan–Meier. **A group that is not followed until t** has nothing observed.
//! **No survival predicted at t:** no curve. **Cost** O(n log n).

use serde::Serialize;

use super::kaplan_meier::at;
use super::study::Study;
use super::timeline::Timeline;
use crate::rank::{ascending, ties};

pub(super) const DEFINITION: &str =
    "observed share of events until a horizon over the predicted one, in groups of equal size";

/// One group of cases with similar predictions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CalibrationGroup {
    /// The horizon.
    pub horizon: f64,
    /// Its place, from the lowest predictions, counted from 0.
    pub group: usize,
    /// Cases in it.
    pub n: usize,
    /// The mean predicted share of events.
    pub predicted: f64,
    /// Observed share with its interval; `None` where nobody is followed so long.
    pub observed: Option<(f64, f64, f64)>,
}

/// The groups of every horizon at which survival is predicted.
pub(super) fn curve(study: &Study<'_>) -> Vec<CalibrationGroup> {
    let horizons = study.horizons.iter().filter_map(|&horizon| Some((horizon, study.cases.survival_at(horizon)?)));
    horizons.flat_map(|(horizon, survival)| of_horizon(study, horizon, survival)).collect()
}

fn of_horizon(study: &Study<'_>, horizon: f64, survival: &[f64]) -> Vec<CalibrationGroup> {
    let event: Vec<f64> = survival.iter().map(|survival| 1.0 - survival).collect();
    let mut groups: Vec<Vec<u32>> = Vec::new();
    let (mut seen, mut slot_before) = (0, None);
    for run in ties(&ascending(&event)) {
        // A run belongs where its first case falls, so that equal predictions are never parted.
        let slot = seen * study.options.n_groups / study.n();
        if slot_before != Some(slot) {
            groups.push(Vec::new());
            slot_before = Some(slot);
        }
        if let Some(group) = groups.last_mut() {
            group.extend(run.iter().map(|ranked| ranked.idx));
        }
        seen += run.len();
    }
    let group = |(group, cases): (usize, Vec<u32>)| {
        let pick = |case: &u32| (study.cases.time()[*case as usize], study.cases.event()[*case as usize]);
        let (time, had): (Vec<f64>, Vec<bool>) = cases.iter().map(pick).unzip();
        let survival = at(&Timeline::new(&time, &had), horizon, study.options.level).ok();
        CalibrationGroup {
            horizon,
            group,
            n: cases.len(),
            predicted: cases.iter().map(|&case| event[case as usize]).sum::<f64>() / cases.len() as f64,
            observed: survival.map(|(value, (low, high))| (1.0 - value, 1.0 - high, 1.0 - low)),
        }
    };
    groups.into_iter().enumerate().map(group).collect()
}
