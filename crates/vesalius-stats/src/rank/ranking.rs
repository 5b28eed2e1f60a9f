//! Distinct scores from highest to lowest with how many positive and negative cases have each: all that a metric of
//! ranks needs, and all that a bootstrap replicate has to draw anew.

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

use crate::interval::bootstrap::Distribution;
use crate::interval::resample::multinomial;
use crate::options::Options;

/// Up to so many cases a replicate draws one by one; of more, neighbors in score are drawn together.
const N_SINGLE_MAX: usize = 16_384;
/// How many cells of neighbors that makes.
const N_CELLS: usize = 512;
/// Random words drawn at once.
const N_WORDS: usize = 256;

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
    pub(crate) n_positive: u32,
    pub(crate) n_negative: u32,
}

impl Ranking {
    /// Sorts both sides by themselves, which needs no indices, and merges them.
    pub(crate) fn of(truth: &[bool], score: &[f64]) -> Self {
        let n_positive = truth.iter().filter(|&&truth| truth).count();
        // A write without a branch: truth is what a branch predictor cannot know.
        let mut keys = vec![0; truth.len()];
        let (mut below, mut above) = (0, n_positive);
        for (&truth, &score) in truth.iter().zip(score) {
            let at = if truth { below } else { above };
            keys[at] = !order_key(score);
            below += usize::from(truth);
            above += usize::from(!truth);
        }
        let (positive, negative) = keys.split_at_mut(n_positive);
        rayon::join(|| positive.sort_unstable(), || negative.sort_unstable());
        let runs = merged(positive, negative);
        Self { runs, n_positive, n_negative: truth.len() - n_positive }
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
            let has = |count: fn(&Run) -> u32| runs.iter().any(|run| count(run) > 0);
            (has(|run| run.n_positive) && has(|run| run.n_negative)).then(|| statistic(runs))?
        };
        if n <= N_SINGLE_MAX {
            let slots = self.slots();
            let scratch = || (self.runs.clone(), vec![[0; 2]; self.runs.len()]);
            Distribution::with_scratch(options, scratch, |(runs, counts), rng| {
                counts.fill([0; 2]);
                draw(rng, n as u32, |case| {
                    let slot = slots[case as usize];
                    counts[(slot >> 1) as usize][(slot & 1) as usize] += 1;
                });
                for (run, &[n_negative, n_positive]) in runs.iter_mut().zip(counts.iter()) {
                    (run.n_negative, run.n_positive) = (n_negative, n_positive);
                }
                two_sided(runs)
            })
        } else {
            let cells = self.cells(n.div_ceil(N_CELLS) as u32);
            let sizes = || cells.iter().flat_map(|run| [u64::from(run.n_positive), u64::from(run.n_negative)]);
            Distribution::with_scratch(options, || cells.clone(), |runs, rng| {
                multinomial(rng, n as u64, sizes(), |idx, drawn| {
                    let run = &mut runs[idx / 2];
                    *(if idx.is_multiple_of(2) { &mut run.n_positive } else { &mut run.n_negative }) = drawn as u32;
                });
                two_sided(runs)
            })
        }
    }

    /// Of every case, in the order of scores, twice its run, plus one if it is positive.
    fn slots(&self) -> Vec<u32> {
        let slots = self.runs.iter().zip(0_u32..).flat_map(|(run, idx)| {
            let of = |slot: u32, n: u32| std::iter::repeat_n(slot, n as usize);
            of(2 * idx, run.n_negative).chain(of(2 * idx + 1, run.n_positive))
        });
        slots.collect()
    }

    /// Neighbors joined until a cell has at least `n_min` cases; its score is its lowest.
    fn cells(&self, n_min: u32) -> Vec<Run> {
        let mut cells: Vec<Run> = Vec::new();
        for run in &self.runs {
            match cells.last_mut().filter(|cell| cell.n_positive + cell.n_negative < n_min) {
                Some(cell) => {
                    cell.score = run.score;
                    cell.n_positive += run.n_positive;
                    cell.n_negative += run.n_negative;
                }
                None => cells.push(*run),
            }
        }
        cells
    }
}

/// Finite floats in their order as unsigned integers; both zeros are one number.
fn order_key(score: f64) -> u64 {
    let bits = (score + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | (1 << 63) }
}

/// The float of a key.
fn score_of(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key & !(1 << 63) } else { !key })
}

/// Keys are complements, so that the highest score has the least.
fn merged(positive: &[u64], negative: &[u64]) -> Vec<Run> {
    let mut runs = Vec::with_capacity(positive.len() + negative.len());
    let (mut p, mut n) = (0, 0);
    while p < positive.len() || n < negative.len() {
        let key = match (positive.get(p), negative.get(n)) {
            (Some(&a), Some(&b)) => a.min(b),
            (Some(&key), None) | (None, Some(&key)) => key,
            (None, None) => break,
        };
        let tied = |keys: &[u64], from: usize| keys[from..].iter().take_while(|&&other| other == key).count();
        let (n_positive, n_negative) = (tied(positive, p), tied(negative, n));
        p += n_positive;
        n += n_negative;
        runs.push(Run { score: score_of(!key), n_positive: n_positive as u32, n_negative: n_negative as u32 });
    }
    runs
}

/// Calls `take` with `n` numbers below `n`, each equally likely (Lemire 2019, doi:10.1145/3230636), from whole blocks
/// of random words.
fn draw(rng: &mut ChaCha8Rng, n: u32, mut take: impl FnMut(u32)) {
    let reject_below = n.wrapping_neg() % n.max(1);
    let mut bytes = [0; 4 * N_WORDS];
    let mut n_left = n;
    while n_left > 0 {
        rng.fill_bytes(&mut bytes);
        for word in bytes.chunks_exact(4) {
            let word = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
            let product = u64::from(word) * u64::from(n);
            if (product as u32) < reject_below || n_left == 0 {
                continue;
            }
            take((product >> 32) as u32);
            n_left -= 1;
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
        let runs: Vec<_> = ranking.runs.iter().map(|run| (run.score, run.n_positive, run.n_negative)).collect();
        assert_eq!(runs, [(0.5, 1, 1), (0.0, 1, 1), (-3.0, 1, 0)]);
        assert_eq!([0.5, -0.0, -3.0].map(|score| ranking.run_of(score)), [0, 1, 2]);
        assert_eq!(ranking.slots(), [0, 1, 2, 3, 5]);
        let cells: Vec<_> = ranking.cells(3).iter().map(|run| (run.score, run.n_positive, run.n_negative)).collect();
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
