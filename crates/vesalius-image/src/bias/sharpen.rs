//! What a voxel would be without the blur that the bias makes of the histogram (Sled et al. 1998,
//! doi:10.1109/42.668698).

use super::fourier::{Complex, Way, product, transformed};

/// How the histogram is sharpened.
#[derive(Clone, Copy)]
pub(super) struct Sharpening {
    /// Bins of the histogram.
    pub(super) n_bins: usize,
    /// Full width at half maximum of the Gaussian that the bias is taken to be, in log intensity.
    pub(super) width: f64,
    /// What is added to the power of the blur before dividing by it.
    pub(super) noise: f64,
}

/// The expected true value for each measured one, both logarithms.
pub(super) struct Expectation {
    low: f64,
    step: f64,
    values: Vec<f64>,
}

impl Sharpening {
    /// Bins of a histogram from `low` to `high`; a value counts for both bins around it, by its distance.
    pub(super) fn bin(&self, (low, high): (f64, f64), values: impl Iterator<Item = f64>) -> Vec<f64> {
        let mut bins = vec![0.0; self.n_bins];
        let step = self.step((low, high));
        for value in values {
            let position = (value - low) / step;
            let bin = (position as usize).min(self.n_bins - 2);
            let part = position - bin as f64;
            bins[bin] += 1.0 - part;
            bins[bin + 1] += part;
        }
        bins
    }

    fn step(&self, (low, high): (f64, f64)) -> f64 {
        (high - low) / (self.n_bins - 1) as f64
    }

    /// Takes the blur out of a histogram by a Wiener filter, and gives the mean true value behind each measured one.
    pub(super) fn expectation(&self, (low, high): (f64, f64), bins: &[f64]) -> Expectation {
        let step = self.step((low, high));
        let n = (2 * self.n_bins).next_power_of_two();
        let before = (n - self.n_bins) / 2;
        let mut padded = vec![[0.0; 2]; n];
        padded[before..].iter_mut().zip(bins).for_each(|(bin, count)| bin[0] = *count);

        let blur = transformed(&self.blur(n, step), Way::Forward);
        let sharp = |(bin, blur): (&Complex, &Complex)| {
            let gain = wiener(*blur, self.noise);
            [bin[0] * gain, bin[1] * gain]
        };
        let sharpened: Vec<Complex> = transformed(&padded, Way::Forward).iter().zip(&blur).map(sharp).collect();
        let truth: Vec<f64> = transformed(&sharpened, Way::Back).iter().map(|v| v[0].max(0.0)).collect();

        let blurred = |values: Vec<Complex>| {
            let both: Vec<Complex> =
                transformed(&values, Way::Forward).iter().zip(&blur).map(|(a, b)| product(*a, *b)).collect();
            transformed(&both, Way::Back)
        };
        let value_of = |bin: usize| low + (bin as f64 - before as f64) * step;
        let moments = blurred(truth.iter().enumerate().map(|(bin, count)| [value_of(bin) * count, 0.0]).collect());
        let counts = blurred(truth.iter().map(|count| [*count, 0.0]).collect());
        let mean = |bin: usize| if counts[bin][0] == 0.0 { 0.0 } else { moments[bin][0] / counts[bin][0] };
        Expectation { low, step, values: (before..before + self.n_bins).map(mean).collect() }
    }

    /// A Gaussian about bin 0 of a histogram that goes round.
    fn blur(&self, n: usize, step: f64) -> Vec<Complex> {
        let width = self.width / step;
        let scale = 2.0 * (2.0_f64.ln() / std::f64::consts::PI).sqrt() / width;
        let at = |bin: usize| {
            let distance = bin.min(n - bin) as f64;
            [scale * (-4.0 * 2.0_f64.ln() * (distance / width).powi(2)).exp(), 0.0]
        };
        (0..n).map(at).collect()
    }
}

/// The real part of F* / (F* F + noise).
fn wiener([re, im]: Complex, noise: f64) -> f64 {
    re / (re * re + im * im + noise)
}

impl Expectation {
    pub(super) fn of(&self, value: f64) -> f64 {
        let position = (value - self.low) / self.step;
        let bin = (position as usize).min(self.values.len() - 2);
        self.values[bin] + (self.values[bin + 1] - self.values[bin]) * (position - bin as f64)
    }
}
