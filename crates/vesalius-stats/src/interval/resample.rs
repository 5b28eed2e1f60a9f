//! Draws of cases with replacement for statistics that are made of sums.
//!
//! Up to [`N_SINGLE_MAX`] cases are drawn one by one. Of more, neighbors in value are put into at most about
//! [`N_CELLS`] cells, and how often each cell is drawn is multinomial; a cell stands for its mean. That keeps every
//! sum's expectation, and of its variance all but the part within cells (about 1 / `N_CELLS²`), at a cost for each
//! replicate that no longer grows with n.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Binomial, Distribution as _};

const N_SINGLE_MAX: usize = 4096;
const N_CELLS: usize = 1024;

/// Values of cases that belong to groups, such as bins.
pub(crate) struct GroupedValues {
    n: usize,
    n_groups: usize,
    cells: Vec<Cell>,
}

#[derive(Clone, Copy)]
struct Cell {
    group: usize,
    count: u64,
    mean: f64,
}

impl GroupedValues {
    /// The group and value of each case; groups are below `n_groups`.
    pub(crate) fn new(mut values: Vec<(usize, f64)>, n_groups: usize) -> Self {
        let n = values.len();
        let cells = if n <= N_SINGLE_MAX {
            values.iter().map(|&(group, mean)| Cell { group, count: 1, mean }).collect()
        } else {
            values.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
            let same_group = values.chunk_by(|a, b| a.0 == b.0);
            same_group.flat_map(|group| group.chunks(n.div_ceil(N_CELLS))).map(Cell::of).collect()
        };
        Self { n, n_groups, cells }
    }

    /// Values without groups.
    pub(crate) fn ungrouped(values: impl Iterator<Item = f64>) -> Self {
        Self::new(values.map(|value| (0, value)).collect(), 1)
    }

    /// The sum of each group over all cases.
    pub(crate) fn sums(&self) -> Vec<f64> {
        let mut sums = vec![0.0; self.n_groups];
        for cell in &self.cells {
            sums[cell.group] += cell.mean * cell.count as f64;
        }
        sums
    }

    /// The sum of each group over as many cases, drawn with replacement.
    pub(crate) fn resampled_sums(&self, rng: &mut ChaCha8Rng) -> Vec<f64> {
        let mut sums = vec![0.0; self.n_groups];
        if self.n == self.cells.len() {
            for _ in 0..self.n {
                let cell = self.cells[rng.random_range(0..self.n)];
                sums[cell.group] += cell.mean;
            }
        } else {
            let counts = self.cells.iter().map(|cell| cell.count);
            multinomial(rng, self.n as u64, counts, |idx, drawn| {
                let cell = self.cells[idx];
                sums[cell.group] += cell.mean * drawn as f64;
            });
        }
        sums
    }
}

impl Cell {
    fn of(values: &[(usize, f64)]) -> Self {
        let sum: f64 = values.iter().map(|(_, value)| value).sum();
        Self { group: values[0].0, count: values.len() as u64, mean: sum / values.len() as f64 }
    }
}

/// Draws `n_draws` cases from a population of cells with these counts; `take` hears how many fell into which cell.
pub(crate) fn multinomial(
    rng: &mut ChaCha8Rng,
    n_draws: u64,
    counts: impl Iterator<Item = u64> + Clone,
    mut take: impl FnMut(usize, u64),
) {
    let (mut draws_left, mut population_left) = (n_draws, counts.clone().sum::<u64>());
    for (idx, count) in counts.enumerate() {
        let drawn = if count == population_left {
            draws_left
        } else {
            binomial(rng, draws_left, count as f64 / population_left as f64)
        };
        draws_left -= drawn;
        population_left -= count;
        take(idx, drawn);
    }
}

/// A binomial draw: how many of n cases, each taken with this probability.
pub(crate) fn binomial(rng: &mut ChaCha8Rng, n: u64, probability: f64) -> u64 {
    Binomial::new(n, probability).expect("a share of counts lies between 0 and 1").sample(rng)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    /// Mean and variance of the resampled sum against n times those of the population.
    fn check(n: usize) {
        let value = |idx: usize| ((idx * 7919) % n) as f64 / n as f64;
        let grouped = GroupedValues::ungrouped((0..n).map(value));
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let sums: Vec<f64> = (0..4000).map(|_| grouped.resampled_sums(&mut rng)[0]).collect();
        let mean = sums.iter().sum::<f64>() / 4000.0;
        let variance = sums.iter().map(|sum| (sum - mean).powi(2)).sum::<f64>() / 3999.0;
        let expected = n as f64 / 12.0;
        assert!((mean - grouped.sums()[0]).abs() < 5.0 * (expected / 4000.0).sqrt(), "mean {mean}");
        assert!((variance / expected - 1.0).abs() < 0.12, "variance {variance} of {expected}");
    }

    #[test]
    fn cells_keep_mean_and_variance() {
        check(500);
        check(4096);
        check(50_000);
    }
}
