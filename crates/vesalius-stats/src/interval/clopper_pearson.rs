//! The Clopper–Pearson interval of a proportion, which never covers less than its level.
//!
//! Ends are the shares p under which k hits or more, or k hits or fewer, have the probability (1 − level) / 2: quantiles
//! of beta distributions with parameters (k, n − k + 1) and (k + 1, n − k) (Clopper and Pearson 1934,
//! doi:10.1093/biomet/26.4.404). Wider than Wilson's, which covers its level on average. Undefined for n = 0.

use statrs::function::beta::beta_reg;

/// Halvings of the search: below the resolution of a double.
const N_STEPS: usize = 100;

/// Interval of `n_hits` of `n`, `None` where n is 0 or there are more hits than cases.
pub fn clopper_pearson(n_hits: u64, n: u64, level: f64) -> Option<(f64, f64)> {
    if n == 0 || n_hits > n {
        return None;
    }
    let (hits, misses, tail) = (n_hits as f64, (n - n_hits) as f64, (1.0 - level) / 2.0);
    let low = if n_hits == 0 { 0.0 } else { quantile(hits, misses + 1.0, tail) };
    let high = if n_hits == n { 1.0 } else { quantile(hits + 1.0, misses, 1.0 - tail) };
    Some((low, high))
}

/// By halving: the inverse that the library offers stops at about six digits.
fn quantile(a: f64, b: f64, share: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..N_STEPS {
        let middle = f64::midpoint(low, high);
        if beta_reg(a, b, middle) < share {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}
