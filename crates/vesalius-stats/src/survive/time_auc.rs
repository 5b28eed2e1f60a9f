//! Time-dependent AUC: how well those with an event until a horizon are told from those without one.
//!
//! **Definition.** Cumulative and dynamic: cases have their event until t, each weighted by 1 / G(T−); controls are followed
//! beyond t. The area is the weighted share of pairs in which the case has the greater risk (Uno and others 2007,
//! doi:10.1198/016214507000000149; Hung and Chiang 2010, doi:10.1002/cjs.10046). Where survival is predicted at t, its
//! complement is the risk.
//! **Interval.** Infinitesimal jackknife over all cases that follows the weights as well, symmetric on the logit scale;
//! without variance the score interval of Newcombe.
//! **Ties** count half. **Range** 0 to 1, 0.5 is chance.
//! **No event until t, nobody followed beyond t, no prediction:** undefined. **NaN** is refused before.
//! **Cost** O(n log n) once, O(n) for each horizon.

use serde::Serialize;

use super::Metric;
use super::harrell_c::{NO_RANKING, interval};
use super::kaplan_meier::survival_after;
use super::order::Order;
use super::study::Study;
use crate::estimate::{Estimate, Outcome};

pub(super) const METRIC: Metric = Metric {
    name: "time_auc",
    definition: "probability that a case with an event until the horizon has a greater risk than one without, \
                 by censoring weights",
    others: "scikit-survival weighs by G(T) in place of G(T-), which differs where events and censorings share a time",
    range: (0.0, 1.0),
    compute,
};

pub(super) const DEFINITION: &str = "time-dependent AUC over time, with a pointwise band";

/// Points of the curve; more are not told apart.
const POINTS_MAX: usize = 50;

/// The area at one time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AucPoint {
    /// The horizon.
    pub time: f64,
    /// The area.
    pub auc: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// An area and how much each case moves it.
struct Area {
    value: f64,
    influence: Vec<f64>,
    n_sides: (usize, usize),
}

/// The areas of the grid: as points, and summed by the share of events that each time adds.
pub(super) struct OverTime {
    pub(super) points: Vec<AucPoint>,
    /// The mean area and its derivatives by the weight of each case.
    pub(super) mean: f64,
    pub(super) influence: Vec<f64>,
}

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    let named = |&horizon: &f64| {
        let outcome = match area(study, horizon) {
            Ok((area, by)) => interval(study, area.value, &area.influence, area.n_sides).decided_by(by),
            Err(why) => Outcome::undefined(study.n(), "infinitesimal jackknife, logit scale", why),
        };
        outcome.named(METRIC.name, &Study::target(horizon), study.options.level)
    };
    study.horizons.iter().map(named).collect()
}

/// The areas over time, computed once.
///
/// Without threads of its own: one that waits for others could be given a second metric that waits for this.
pub(super) fn over_time<'s>(study: &'s Study<'_>) -> &'s OverTime {
    study.over_time.get_or_init(|| OverTime::of(study))
}

impl OverTime {
    fn of(study: &Study<'_>) -> Self {
        let mut over = Self { points: Vec::new(), mean: 0.0, influence: vec![0.0; study.n()] };
        let mut before = 1.0;
        for time in grid(study) {
            let Ok((area, _)) = area(study, time) else { continue };
            let after = survival_after(&study.timeline, time);
            over.mean += (before - after) * area.value;
            over.influence.iter_mut().zip(&area.influence).for_each(|(sum, own)| *sum += (before - after) * own);
            before = after;
            let estimate =
                interval(study, area.value, &area.influence, area.n_sides).named(METRIC.name, "", study.options.level);
            let (low, high) = estimate.low.zip(estimate.high).unwrap_or((0.0, 1.0));
            over.points.push(AucPoint { time, auc: area.value, low, high });
        }
        let events = 1.0 - before;
        if events > 0.0 {
            over.mean /= events;
            over.influence.iter_mut().for_each(|own| *own /= events);
        }
        over
    }
}

/// Where the curve is drawn and its mean taken: the horizons of predicted survival, else times of events.
///
/// Of more than [`POINTS_MAX`] distinct times those are taken that are equally many events apart.
fn grid(study: &Study<'_>) -> Vec<f64> {
    let last = study.timeline.last().unwrap_or(0.0);
    if !study.cases.survival().is_empty() {
        let horizons = study.cases.survival().iter().map(|predicted| predicted.horizon);
        return horizons.filter(|horizon| *horizon < last).collect();
    }
    let steps: Vec<(f64, u32)> = study
        .timeline
        .steps
        .iter()
        .filter(|step| step.n_events > 0 && step.time < last)
        .map(|step| (step.time, step.n_events))
        .collect();
    let n_events: u32 = steps.iter().map(|(_, n)| n).sum();
    let every = if steps.len() > POINTS_MAX { f64::from(n_events) / POINTS_MAX as f64 } else { 0.0 };
    let (mut seen, mut next) = (0, every);
    let is_taken = |(time, n): (f64, u32)| {
        seen += n;
        if f64::from(seen) < next {
            return None;
        }
        next = ((f64::from(seen) / every.max(1.0)).floor() + 1.0) * every;
        Some(time)
    };
    steps.into_iter().filter_map(is_taken).collect()
}

/// The area at a horizon, and by what cases are ranked: the event probability there, else the risk.
fn area(study: &Study<'_>, horizon: f64) -> Result<(Area, &'static str), String> {
    let survival = study.cases.survival_at(horizon);
    if survival.is_none() && study.risk.is_none() {
        return Err(NO_RANKING.to_owned());
    }
    if let Some(why) = study.timeline.out_of_reach(horizon) {
        return Err(why);
    }
    match (survival, &study.risk) {
        (Some(survival), _) => {
            let events: Vec<f64> = survival.iter().map(|survival| 1.0 - survival).collect();
            Ok((weighted(study, horizon, &Order::new(&events)), "by the predicted survival there"))
        }
        (None, Some((order, by))) => Ok((weighted(study, horizon, order), *by)),
        (None, None) => Err(NO_RANKING.to_owned()),
    }
}

/// What a case is at a horizon.
#[derive(Clone, Copy)]
enum Role {
    /// Its event came until then; with its weight.
    Event(f64),
    /// It is followed beyond.
    Control,
    /// It was censored before.
    Unknown,
}

fn weighted(study: &Study<'_>, horizon: f64, order: &Order) -> Area {
    let (time, event, timeline) = (study.cases.time(), study.cases.event(), &study.timeline);
    let role = |case: usize| match (event[case], time[case] > horizon) {
        (_, true) => Role::Control,
        (true, false) => Role::Event(timeline.uncensored(timeline.before(case)).recip()),
        (false, false) => Role::Unknown,
    };
    let roles: Vec<Role> = (0..study.n()).map(role).collect();
    let (mut events, mut controls) = (vec![0.0; order.n_ranks + 1], vec![0.0; order.n_ranks + 1]);
    let mut n_sides = (0, 0);
    for (role, &rank) in roles.iter().zip(&order.rank) {
        match role {
            Role::Event(weight) => (events[rank as usize] += weight, n_sides.0 += 1),
            Role::Control => (controls[rank as usize] += 1.0, n_sides.1 += 1),
            Role::Unknown => continue,
        };
    }
    let (n_events, n_controls) = (below_and_half(&mut events), below_and_half(&mut controls));
    let won = |role: &Role, rank: u32| match role {
        Role::Event(weight) => weight * controls[rank as usize],
        Role::Control => n_events - events[rank as usize],
        Role::Unknown => 0.0,
    };
    let all = n_events * n_controls;
    let of_events = roles.iter().zip(&order.rank).filter(|(role, _)| matches!(role, Role::Event(_)));
    let value = of_events.map(|(role, rank)| won(role, *rank)).sum::<f64>() / all;
    let mut slope = vec![0.0; timeline.steps.len() + 1];
    let mut influence = Vec::with_capacity(study.n());
    for (case, role) in roles.iter().enumerate() {
        let possible = match role {
            Role::Event(weight) => weight * n_controls,
            Role::Control => n_events,
            Role::Unknown => 0.0,
        };
        let surplus = (won(role, order.rank[case]) - value * possible) / all;
        influence.push(surplus);
        if matches!(role, Role::Event(_)) {
            slope[timeline.before(case)] -= surplus;
        }
    }
    for (direct, through) in influence.iter_mut().zip(timeline.through_censoring(event, &slope)) {
        *direct += through;
    }
    Area { value, influence, n_sides }
}

/// Replaces each weight by that of all lower ranks and half its own; tells the whole.
fn below_and_half(weights: &mut [f64]) -> f64 {
    let mut below = 0.0;
    for weight in weights {
        let own = *weight;
        *weight = below + 0.5 * own;
        below += own;
    }
    below
}
