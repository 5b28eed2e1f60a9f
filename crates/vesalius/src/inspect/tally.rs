//! One look at every sample: range, what is not finite, and which few values there are.

use vesalius_image::Volume;

/// Different values up to which they are all kept; label maps of whole bodies have about 120.
const VALUES_MAX: usize = 256;

/// What the samples of a volume are like.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tally {
    /// Smallest and largest finite value; `None` where no value is finite.
    pub(super) range: Option<[f64; 2]>,
    /// How many are NaN or infinite.
    pub(super) n_not_finite: usize,
    /// How many there are.
    pub(super) n_samples: usize,
    /// Every value that occurs, rising, where they are few and finite.
    pub(super) values: Option<Vec<f64>>,
    /// Of neighbors in memory of which one is not 0, the share of equal ones; 0 where there are none.
    pub(super) equal_neighbors: f64,
}

impl Tally {
    pub(super) fn of(volume: &Volume) -> Self {
        let samples = volume.samples();
        let (low, high) = volume.range();
        let mut values: Option<Vec<f64>> = Some(Vec::new());
        let (mut n_pairs, mut n_equal, mut n_not_finite) = (0_u64, 0_u64, 0);
        let mut last = f64::NAN;
        for value in (0..samples.len()).map(|idx| samples.get(idx)) {
            n_not_finite += usize::from(!value.is_finite());
            if let Some(known) = &mut values {
                if value.to_bits() != last.to_bits()
                    && let Err(at) = known.binary_search_by(|other| other.total_cmp(&value))
                {
                    known.insert(at, value);
                    if known.len() > VALUES_MAX || !value.is_finite() {
                        values = None;
                    }
                }
                let is_pair = !last.is_nan() && (value != 0.0 || last != 0.0);
                n_pairs += u64::from(is_pair);
                n_equal += u64::from(is_pair && value.to_bits() == last.to_bits());
            }
            last = value;
        }
        Self {
            range: low.is_finite().then_some([low, high]),
            n_not_finite,
            n_samples: samples.len(),
            values,
            equal_neighbors: if n_pairs == 0 { 0.0 } else { n_equal as f64 / n_pairs as f64 },
        }
    }
}
