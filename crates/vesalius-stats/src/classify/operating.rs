//! Operating points: every threshold that calls other cases, with what it calls right, and what is read off among them.

use crate::interval::bootstrap;
use crate::interval::wilson::wilson;
use crate::options::Options;
use crate::rank::ranking::Run;
use crate::target::Target;

use crate::estimate::Outcome;

/// Cases that score at least the threshold are called positive.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    /// Infinite where none are called.
    pub(super) threshold: f64,
    pub(super) n_true: usize,
    pub(super) n_false: usize,
}

/// All points from strict to lax, the first of which calls nothing.
pub(super) fn points(runs: &[Run]) -> impl Iterator<Item = Point> {
    let nothing = Point { threshold: f64::INFINITY, n_true: 0, n_false: 0 };
    let called = runs.iter().scan(nothing, |point, run| {
        point.threshold = run.score;
        point.n_true += run.n_positive();
        point.n_false += run.n_negative();
        Some(*point)
    });
    std::iter::once(nothing).chain(called)
}

/// Positive and negative cases.
pub(super) fn sides(runs: &[Run]) -> (usize, usize) {
    runs.iter().fold((0, 0), |(m, n), run| (m + run.n_positive(), n + run.n_negative()))
}

/// How many of `n` cases a rate of at least `rate` takes, and rounding may not ask for one more.
pub(super) fn at_least(rate: f64, n: usize) -> usize {
    (rate * n as f64 - 1e-9).ceil().max(0.0) as usize
}

/// `at score >= 0.43`, as it stands in methods.
pub(super) fn at(point: Point) -> String {
    if point.threshold.is_finite() { format!("at score >= {}", point.threshold) } else { "at no score".to_owned() }
}

/// A share that is read off at a point which the cases themselves decide, by bootstrap of the decision and the share.
///
/// `chosen` picks the point; `share` are the hits at it and the cases that they are of.
pub(super) fn outcome(
    target: &Target,
    options: &Options,
    chosen: impl Fn(&[Run]) -> Point + Sync,
    share: impl Fn(Point, (usize, usize)) -> (usize, usize) + Sync,
) -> Outcome {
    let method = bootstrap::method(options, "cases drawn without strata");
    if let Some(why) = target.one_sided() {
        return Outcome::undefined(target.n(), method, why);
    }
    let runs = &target.ranking.runs;
    let point = chosen(runs);
    let (n_hits, n) = share(point, sides(runs));
    let value = n_hits as f64 / n as f64;
    let distribution = target.ranking.distribution(options, |runs| {
        let (n_hits, n) = share(chosen(runs), sides(runs));
        Some(n_hits as f64 / n as f64)
    });
    let outcome = match distribution.interval(options.level) {
        Some((low, high)) if !distribution.is_degenerate() => {
            Outcome::known(n, method, value, (low.min(value), high.max(value)))
        }
        _ => {
            let ends = wilson(n_hits as u64, n as u64, options.level).unwrap_or((0.0, 1.0));
            Outcome::known(n, "Wilson, as the bootstrap has no spread here", value, ends)
        }
    };
    outcome.decided_by(&at(point))
}
