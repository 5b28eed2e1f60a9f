//! Intervals of differences and sums from the intervals of their parts: the method of variance estimates recovery.
//!
//! With parts x and y, their intervals \[l, u\] and \[m, v\] and the correlation ρ of their estimates, the lower end of
//! x − y is x − y − √((x − l)² + (v − y)² − 2 ρ (x − l)(v − y)), the upper one likewise (Newcombe 1998,
//! `doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I`; Zou and Donner 2008, doi:10.1002/sim.3095).
//! It keeps what is good about the parts' own intervals: asymmetry, and a width where there is no spread.

/// A value with the ends of its interval.
pub(crate) type Part = (f64, f64, f64);

/// The interval of `a` − `b`, whose estimates have this correlation.
pub(crate) fn difference(a: Part, b: Part, correlation: f64) -> (f64, f64) {
    let reach = |x: f64, y: f64| (x * x + y * y - 2.0 * correlation * x * y).max(0.0).sqrt();
    let value = a.0 - b.0;
    (value - reach(a.0 - a.1, b.2 - b.0), value + reach(a.2 - a.0, b.0 - b.1))
}

/// The interval of `a` + `b`, which are independent.
pub(crate) fn sum(a: Part, b: Part) -> (f64, f64) {
    difference(a, (-b.0, -b.2, -b.1), 0.0)
}
