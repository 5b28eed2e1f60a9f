//! Calibration slope at a horizon: whether predictions are too extreme (below 1) or too timid (above).
//!
//! **Definition.** The slope b of logit P(event until t) = a + b · logit(1 − S), S the predicted survival at t, by logistic
//! regression of the cases whose state at t is known, weighted by the inverse probability of not being censored
//! (Cox 1958, doi:10.2307/2333203, for the slope; Graf and others 1999, cited in `timeline.rs`, for the weights).
//! **Interval.** Infinitesimal jackknife over the cases that follows the weights as well, plain scale.
//! **Range** unbounded, 1 is right. **All predictions equal, one of them exactly 0 or 1, events that a threshold tells
//! perfectly:** undefined, as is the Brier score where it is. **NaN** is refused before. **Cost** O(n) for each step of Newton.

use super::Metric;
use super::brier::{METHOD, state};
use super::study::Study;
use crate::estimate::{Estimate, Outcome};
use crate::interval::influence;

pub(super) const METRIC: Metric = Metric {
    name: "calibration_slope",
    definition: "slope of the observed log odds of an event until the horizon over the predicted ones",
    others: "",
    range: (f64::NEG_INFINITY, f64::INFINITY),
    compute,
};

/// Steps of Newton's method; it doubles its digits at each.
const N_STEPS_MAX: usize = 50;
const TOLERANCE: f64 = 1e-12;

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    study.of_survival(METRIC.name, METHOD, |horizon| outcome(study, horizon))
}

/// A case whose state at the horizon is known.
struct Known {
    case: usize,
    /// Logit of the predicted share of events.
    x: f64,
    y: f64,
    weight: f64,
    /// After how many steps of the timeline the weight is taken.
    n_steps: usize,
}

fn outcome(study: &Study<'_>, horizon: f64) -> Result<Outcome, String> {
    let survival = study.cases.survival_at(horizon).ok_or_else(|| study.no_survival(horizon))?;
    if let Some(why) = study.timeline.out_of_reach(horizon) {
        return Err(why);
    }
    if let Some(case) = survival.iter().position(|survival| *survival <= 0.0 || *survival >= 1.0) {
        let certain = survival[case];
        return Err(format!("a survival of exactly {certain} is predicted, whose log odds are infinite"));
    }
    let known = |case: usize| {
        let (is_event, n_steps) = state(study, case, horizon)?;
        let weight = study.timeline.uncensored(n_steps).recip();
        let x = ((1.0 - survival[case]) / survival[case]).ln();
        Some(Known { case, x, y: f64::from(is_event), weight, n_steps })
    };
    let known: Vec<Known> = (0..study.n()).filter_map(known).collect();
    if are_apart(&known) {
        return Err("a threshold tells events perfectly, or all predictions are equal: there is no slope".to_owned());
    }
    let fit = Fit::of(&known)?;
    let timeline = &study.timeline;
    let mut derivatives = vec![0.0; study.n()];
    let mut slope = vec![0.0; timeline.steps.len() + 1];
    for known in &known {
        let pull = fit.pull(known);
        derivatives[known.case] = pull;
        slope[known.n_steps] -= pull;
    }
    let through = timeline.through_censoring(study.cases.event(), &slope);
    derivatives.iter_mut().zip(through).for_each(|(direct, through)| *direct += through);
    let Some(error) = influence::standard_error(&derivatives) else {
        return Err("the predictions leave the slope no variance".to_owned());
    };
    let ends = influence::plain(fit.slope, error, study.options.level, METRIC.range);
    Ok(Outcome::known(study.n(), METHOD, fit.slope, ends))
}

/// Whether all events lie on one side of the others, so that no finite slope is the best.
fn are_apart(known: &[Known]) -> bool {
    let ends = |is_event: bool| {
        let of_side = known.iter().filter(|known| (known.y > 0.5) == is_event).map(|known| known.x);
        of_side.fold((f64::INFINITY, f64::NEG_INFINITY), |ends, x| (ends.0.min(x), ends.1.max(x)))
    };
    let (events, others) = (ends(true), ends(false));
    events.0 >= others.1 || others.0 >= events.1
}

/// A weighted logistic regression on one variable.
struct Fit {
    intercept: f64,
    slope: f64,
    /// The row of the inverse information that belongs to the slope.
    inverse: (f64, f64),
}

impl Fit {
    fn of(known: &[Known]) -> Result<Self, String> {
        let mut fit = Self { intercept: 0.0, slope: 0.0, inverse: (0.0, 0.0) };
        for _ in 0..N_STEPS_MAX {
            let (mut gradient, mut information) = ((0.0, 0.0), (0.0, 0.0, 0.0));
            for known in known {
                let share = fit.share(known.x);
                let (residual, spread) = (known.weight * (known.y - share), known.weight * share * (1.0 - share));
                gradient = (gradient.0 + residual, gradient.1 + residual * known.x);
                information.0 += spread;
                information.1 += spread * known.x;
                information.2 += spread * known.x * known.x;
            }
            let determinant = information.0 * information.2 - information.1 * information.1;
            if determinant <= TOLERANCE * information.0 * information.2 {
                return Err("all predictions are nearly equal: there is no slope".to_owned());
            }
            fit.inverse = (-information.1 / determinant, information.0 / determinant);
            let step = (
                (information.2 * gradient.0 - information.1 * gradient.1) / determinant,
                fit.inverse.0 * gradient.0 + fit.inverse.1 * gradient.1,
            );
            fit.intercept += step.0;
            fit.slope += step.1;
            if step.0.abs().max(step.1.abs()) < TOLERANCE * (1.0 + fit.slope.abs()) {
                return Ok(fit);
            }
        }
        Err("the regression of events on predictions does not converge".to_owned())
    }

    fn share(&self, x: f64) -> f64 {
        1.0 / (1.0 + (-(self.intercept + self.slope * x)).exp())
    }

    /// How much a case moves the slope.
    fn pull(&self, known: &Known) -> f64 {
        let residual = known.weight * (known.y - self.share(known.x));
        residual * (self.inverse.0 + self.inverse.1 * known.x)
    }
}
