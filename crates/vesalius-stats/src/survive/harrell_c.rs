//! Harrell's C: how often the case with the sooner event has the greater risk.
//!
//! **Definition.** C = concordant / comparable pairs. A pair is comparable when one case has its event before the time of
//! the other, or at the time at which the other is censored (Harrell and others 1982,
//! doi:10.1001/jama.1982.03320430047030; 1996, cited in `pairs.rs`).
//! **Interval.** Infinitesimal jackknife over the cases (Therneau and Watson 2015, Mayo Clinic technical report 85),
//! symmetric on the logit scale; without variance (all pairs right, all wrong, all risks equal) the score interval of
//! Newcombe for as many sooner and later cases takes its place. Simulated coverage of 95 % intervals at 60 and 200 cases of
//! which half had the event: 0.95 and 0.95, of Uno's C 0.95 and 0.95, of the AUC at a horizon 0.95 and 0.93 to 0.95.
//! **Ties.** Equal risks count half; two events at one time are not compared. These are the rules of lifelines and
//! scikit-survival too. **Range** 0 to 1, 0.5 is chance. Depends on censoring; Uno's C does not.
//! **No event, no comparable pair, no prediction:** undefined. **NaN** is refused before. **Cost** O(n log n).

use super::cases::Cases;
use super::options::Options;
use super::pairs::Pairs;
use super::study::Study;
use super::{ALL, Metric};
use crate::error::Result;
use crate::estimate::{Estimate, Outcome};
use crate::interval::{influence, newcombe};

pub(super) const METRIC: Metric = Metric {
    name: "harrell_c",
    definition: "share of comparable pairs in which the sooner event has the greater risk, equal risks counted half",
    others: "scikit-survival takes risks within 1e-8 for equal; here only equal ones are",
    range: (0.0, 1.0),
    compute,
};

/// What is said where nothing ranks the cases.
pub(super) const NO_RANKING: &str = "no risk, time or survival is predicted";

/// Harrell's C alone, for whoever asks after every epoch; `measure` gives it beside all else.
pub fn harrell_c(cases: &Cases, options: &Options) -> Result<Estimate> {
    options.check()?;
    Ok(outcome(&Study::new(cases, options)).named(METRIC.name, ALL, options.level))
}

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    vec![outcome(study).named(METRIC.name, ALL, study.options.level)]
}

fn outcome(study: &Study<'_>) -> Outcome {
    let Some((order, by)) = &study.risk else {
        return Outcome::undefined(study.n(), METHOD, NO_RANKING);
    };
    let event = study.cases.event();
    let pairs = Pairs::new(&study.timeline, event, order, event.iter().map(|&event| f64::from(event)).collect());
    let (concordant, comparable) = pairs.sums();
    if comparable <= 0.0 {
        return Outcome::undefined(study.n(), METHOD, no_pair(study));
    }
    let value = concordant / comparable;
    let derivatives = pairs.influence(value, comparable);
    interval(study, value, &derivatives, pairs.n_sides()).decided_by(by)
}

const METHOD: &str = "infinitesimal jackknife, logit scale";

/// Why no pair can be compared.
pub(super) fn no_pair(study: &Study<'_>) -> &'static str {
    match (study.n(), study.n_events()) {
        (0, _) => "there is no case",
        (_, 0) => "there is no event",
        _ => "there is no comparable pair: nobody is followed beyond an event",
    }
}

/// The interval of a share of pairs.
pub(super) fn interval(study: &Study<'_>, value: f64, derivatives: &[f64], n_sides: (usize, usize)) -> Outcome {
    let level = study.options.level;
    if let Some(error) = influence::standard_error(derivatives) {
        return Outcome::known(study.n(), METHOD, value, influence::on_logit(value, error, level));
    }
    let ends = newcombe::interval(value, n_sides.0.max(1), n_sides.1.max(1), level);
    Outcome::known(study.n(), "Newcombe score interval, as the jackknife has no variance here", value, ends)
}
