//! Distinct scores from highest to lowest with how many positive and negative cases have each: all that a metric of
//! ranks needs, and all that a bootstrap replicate has to draw anew.

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

use crate::interval::bootstrap::Distribution;
use crate::interval::resample::multinomial;
use crate::options::Options;

/// Up to so many cases a replicate draws one by one, four from a random word; of more, neighbors in score are drawn
/// together.
const N_SINGLE_MAX: usize = 16_384;
/// How many cells of neighbors that makes.
const N_CELLS: usize = 512;

/// Distinct scores, highest first.
#[derive(Clone, Debug)]
pub(crate) struct Ranking {
    pub(crate) runs: Vec<Run>,
    pub(crate) n_positive: usize,
    pub(crate) n_negative: usize,
}

/// The cases of one score.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Run {
    pub(crate) score: f64,
    /// Negative and positive cases.
    pub(crate) n: [u32; 2],
}

impl Run {
    pub(crate) fn n_negative(&self) -> usize {
        self.n[0] as usize
    }

    pub(crate) fn n_positive(&self) -> usize {
        self.n[1] as usize
    }
}

impl Ranking {
    /// Puts cases in the order of their scores.
    pub(crate) fn of(truth: &[bool], score: &[f64]) -> Self {
        let sides = Sides::of(truth, score);
        Self { runs: sides.runs().collect(), n_positive: sides.n_positive, n_negative: truth.len() - sides.n_positive }
    }

    /// The run of a score that is among them.
    pub(crate) fn run_of(&self, score: f64) -> usize {
        self.runs.partition_point(|run| run.score > score)
    }

    /// The statistic on cases drawn with replacement, without strata; replicates without one side are left out.
    pub(crate) fn distribution(
        &self,
        options: &Options,
        statistic: impl Fn(&[Run]) -> Option<f64> + Sync,
    ) -> Distribution {
        let n = self.n_positive + self.n_negative;
        let two_sided = |runs: &[Run]| {
            let has = |side: usize| runs.iter().any(|run| run.n[side] > 0);
            (has(0) && has(1)).then(|| statistic(runs))?
        };
        if n <= N_SINGLE_MAX {
            let slots = self.slots();
            Distribution::with_scratch(
                options,
                || self.runs.clone(),
                |runs, rng| {
                    for run in runs.iter_mut() {
                        run.n = [0; 2];
                    }
                    draw(rng, n as u64, |case| {
                        let slot = slots[case as usize];
                        runs[(slot >> 1) as usize].n[(slot & 1) as usize] += 1;
                    });
                    two_sided(runs)
                },
            )
        } else {
            let cells = self.cells(n.div_ceil(N_CELLS) as u32);
            let sizes = || cells.iter().flat_map(|run| run.n.map(u64::from));
            Distribution::with_scratch(
                options,
                || cells.clone(),
                |runs, rng| {
                    multinomial(rng, n as u64, sizes(), |idx, drawn| {
                        runs[idx / 2].n[idx % 2] = drawn as u32;
                    });
                    two_sided(runs)
                },
            )
        }
    }

    /// Of every case, in the order of scores, twice its run, plus one if it is positive.
    fn slots(&self) -> Vec<u32> {
        let slots = self.runs.iter().zip(0_u32..).flat_map(|(run, idx)| {
            let of = |slot: u32, n: u32| std::iter::repeat_n(slot, n as usize);
            of(2 * idx, run.n[0]).chain(of(2 * idx + 1, run.n[1]))
        });
        slots.collect()
    }

    /// Neighbors joined until a cell has at least `n_min` cases; its score is its lowest.
    fn cells(&self, n_min: u32) -> Vec<Run> {
        let mut cells: Vec<Run> = Vec::new();
        for run in &self.runs {
            match cells.last_mut().filter(|cell| cell.n[0] + cell.n[1] < n_min) {
                Some(cell) => {
                    cell.score = run.score;
                    cell.n = [cell.n[0] + run.n[0], cell.n[1] + run.n[1]];
                }
                None => cells.push(*run),
            }
        }
        cells
    }
}

/// Finite floats in their order as unsigned integers; both zeros are one number.
pub(super) fn order_key(score: f64) -> u64 {
    let bits = (score + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | (1 << 63) }
}

/// The float of a key.
fn score_of(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key & !(1 << 63) } else { !key })
}

/// The scores of either side as sorted keys; what needs each run only once has no need to store them.
pub(crate) struct Sides {
    /// Positive cases, then negative ones, each side ascending. Keys are complements, so the highest score has the least.
    keys: Vec<u64>,
    n_positive: usize,
}

impl Sides {
    /// Sorts both sides by themselves, which needs no indices.
    pub(crate) fn of(truth: &[bool], score: &[f64]) -> Self {
        let n_positive = truth.iter().filter(|&&truth| truth).count();
        let mut keys = vec![0; truth.len()];
        // Truth is what a branch predictor cannot know, so the place is chosen without a branch.
        let mut next = [n_positive, 0];
        for (&truth, &score) in truth.iter().zip(score) {
            let side = usize::from(truth);
            keys[next[side]] = !order_key(score);
            next[side] += 1;
        }
        let (positive, negative) = keys.split_at_mut(n_positive);
        rayon::join(|| positive.sort_unstable(), || negative.sort_unstable());
        Self { keys, n_positive }
    }

    /// Distinct scores, highest first.
    pub(crate) fn runs(&self) -> impl Iterator<Item = Run> + Clone {
        let (mut positive, mut negative) = self.keys.split_at(self.n_positive);
        std::iter::from_fn(move || {
            let (a, b) = (positive.first().map_or(NO_KEY, |&key| key), negative.first().map_or(NO_KEY, |&key| key));
            let key = a.min(b);
            if key == NO_KEY {
                return None;
            }
            let n = [take_equal(&mut negative, key), take_equal(&mut positive, key)];
            Some(Run { score: score_of(!key), n })
        })
    }
}

/// Greater than the key of any number.
const NO_KEY: u64 = u64::MAX;

/// How many of the first keys are this one; they are taken away.
fn take_equal(keys: &mut &[u64], key: u64) -> u32 {
    let mut n = usize::from(keys.first() == Some(&key));
    // Most scores are there once; a loop that mostly ends at once is foreseen better than one that mostly does not.
    while n > 0 && keys.get(n) == Some(&key) {
        n += 1;
    }
    *keys = &keys[n..];
    n as u32
}

/// Calls `take` with `n` numbers below `n`, each equally likely: four of every random word, one by one the whole part of
/// a product whose fraction serves the next (Brackett-Rozinsky and Lemire 2024, doi:10.1002/spe.3369).
fn draw(rng: &mut ChaCha8Rng, n: u64, mut take: impl FnMut(u64)) {
    let range = n.pow(4);
    let reject_below = range.wrapping_neg() % range.max(1);
    let mut n_left = n;
    while n_left > 0 {
        let mut word = rng.next_u64();
        let numbers = [(); 4].map(|()| {
            let product = u128::from(word) * u128::from(n);
            word = product as u64;
            (product >> 64) as u64
        });
        if word >= reject_below {
            let n_taken = n_left.min(4);
            numbers.into_iter().take(n_taken as usize).for_each(&mut take);
            n_left -= n_taken;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn the_key_keeps_the_order_and_joins_the_zeros() {
        let ascending = [-1e300, -2.0, -1.0, -f64::MIN_POSITIVE, 0.0, f64::MIN_POSITIVE, 0.5, 1.0, 1e300];
        assert!(ascending.windows(2).all(|pair| order_key(pair[0]) < order_key(pair[1])));
        assert_eq!(order_key(-0.0), order_key(0.0));
        assert!(ascending.iter().all(|&score| score_of(order_key(score)).to_bits() == score.to_bits()));
    }

    #[test]
    fn equal_scores_are_one_run() {
        let ranking = Ranking::of(&[true, false, false, true, true], &[0.5, -0.0, 0.5, 0.0, -3.0]);
        let runs: Vec<_> = ranking.runs.iter().map(|run| (run.score, run.n_positive(), run.n_negative())).collect();
        assert_eq!(runs, [(0.5, 1, 1), (0.0, 1, 1), (-3.0, 1, 0)]);
        assert_eq!([0.5, -0.0, -3.0].map(|score| ranking.run_of(score)), [0, 1, 2]);
        assert_eq!(ranking.slots(), [0, 1, 2, 3, 5]);
        let cells: Vec<_> =
            ranking.cells(3).iter().map(|run| (run.score, run.n_positive(), run.n_negative())).collect();
        assert_eq!(cells, [(0.0, 2, 2), (-3.0, 1, 0)]);
    }

    #[test]
    fn draws_are_uniform_and_complete() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let mut counts = [0_u32; 10];
        for _ in 0..2000 {
            draw(&mut rng, 10, |case| counts[case as usize] += 1);
        }
        assert_eq!(counts.iter().sum::<u32>(), 20_000);
        assert!(counts.iter().all(|&count| count.abs_diff(2000) < 250), "{counts:?}");
        draw(&mut rng, 0, |_| panic!("nothing to draw"));
    }
}
