//! Case-level AUROC: how well the highest score of a case tells whether it has a lesion.
//!
//! **Definition.** The AUROC of `classify` with a case positive if it has a lesion that counts, and scored by its highest
//! mark of the class, wherever that is and whatever it hits; a case without a mark scores below all others (as PI-CAI
//! takes it, Saha et al. 2024, doi:10.1016/S1470-2045(24)00220-1).
//! **Interval.** DeLong, as there. **Range** 0 to 1, 0.5 is chance. **Ties** count half. **One kind of case:** undefined.
//! **NaN** is refused before. **Cost** O(n log n).

use super::findings::Role;
use super::study::Study;
use super::{Compute, Metric};
use crate::cases::Cases;
use crate::classify::area_of;
use crate::estimate::Outcome;
use crate::target::Study as Classified;

pub(super) const METRIC: Metric = Metric {
    name: "case_auroc",
    definition: "probability that a case with a lesion has a higher highest score than one without, ties counted half",
    range: (0.0, 1.0),
    others: "",
    compute: Compute::Cases(of_class),
};

fn of_class(study: &Study<'_>, class: usize) -> Outcome {
    let detections = study.detections;
    let mut truth = vec![false; detections.n_cases];
    for lesion in detections.lesions.iter().filter(|lesion| lesion.class == class && lesion.role == Role::Counted) {
        truth[lesion.case] = true;
    }
    let mut highest: Vec<Option<f64>> = vec![None; detections.n_cases];
    for mark in detections.marks.iter().filter(|mark| mark.class == class) {
        highest[mark.case] = Some(highest[mark.case].map_or(mark.score, |score| score.max(mark.score)));
    }
    // Only the order matters.
    let score: Vec<f64> = highest.into_iter().map(|score| score.unwrap_or(f64::MIN)).collect();
    let truth: Vec<Option<bool>> = truth.into_iter().map(Some).collect();
    let (options, name) = (study.options.sampling(), format!("a lesion of {}", detections.classes[class]));
    match Cases::findings(&[name], &truth, &score) {
        Ok(cases) => area_of(&Classified::new(&cases, &options)).decided_by("a case scores as its highest mark"),
        Err(error) => Outcome::undefined(detections.n_cases, "DeLong", error.to_string()),
    }
}
