//! Convolution of histograms: the Fourier transform of a few hundred numbers.

use std::f64::consts::PI;

/// A complex number, real part first.
pub(super) type Complex = [f64; 2];

pub(super) fn product([a, b]: Complex, [c, d]: Complex) -> Complex {
    [a * c - b * d, a * d + b * c]
}

/// Which way a transform goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Forward,
    /// Divides by the length, so that it undoes the other.
    Back,
}

/// The transform of as many numbers as a power of two (Cooley and Tukey 1965, doi:10.1090/S0025-5718-1965-0178586-1).
pub(super) fn transformed(values: &[Complex], way: Way) -> Vec<Complex> {
    let turn = if way == Way::Forward { -2.0 * PI } else { 2.0 * PI };
    let scale = if way == Way::Forward { 1.0 } else { 1.0 / values.len() as f64 };
    halved(values, 0, 1, turn).into_iter().map(|[re, im]| [re * scale, im * scale]).collect()
}

/// Every `step`-th number from `first` on.
fn halved(values: &[Complex], first: usize, step: usize, turn: f64) -> Vec<Complex> {
    let n = values.len() / step;
    if n <= 1 {
        return vec![values[first]];
    }
    let even = halved(values, first, 2 * step, turn);
    let odd = halved(values, first + step, 2 * step, turn);
    let mut all = vec![[0.0; 2]; n];
    for k in 0..n / 2 {
        let (sin, cos) = (turn * k as f64 / n as f64).sin_cos();
        let [re, im] = product([cos, sin], odd[k]);
        all[k] = [even[k][0] + re, even[k][1] + im];
        all[k + n / 2] = [even[k][0] - re, even[k][1] - im];
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back_is_where_it_was() {
        let values: Vec<Complex> = (0..16).map(|n| [f64::from(n * n % 7), f64::from(n % 3)]).collect();
        let forward = transformed(&values, Way::Forward);
        let sum = values.iter().map(|v| v[0]).sum::<f64>();
        assert!((forward[0][0] - sum).abs() < 1e-12);
        let back = transformed(&forward, Way::Back);
        assert!(back.iter().zip(&values).all(|(a, b)| (a[0] - b[0]).abs() < 1e-12 && (a[1] - b[1]).abs() < 1e-12));
    }
}
