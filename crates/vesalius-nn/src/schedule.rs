//! The learning rate over a training run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the learning rate falls after the warm-up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", tag = "kind")]
pub enum Schedule {
    /// Half a cosine from the full rate down to `floor` of it (Loshchilov and Hutter 2017, arXiv:1608.03983).
    Cosine {
        /// Share of the rate that is left at the end.
        #[serde(default)]
        floor: f64,
    },
    /// The rate is multiplied by `factor` after each of these epochs, counted from zero.
    Step {
        /// Epochs after which the rate falls.
        at: Vec<usize>,
        /// What the rate is multiplied by, 0.1 in most papers.
        factor: f64,
    },
    /// The full rate throughout.
    Constant,
}

impl Default for Schedule {
    fn default() -> Self {
        Self::Cosine { floor: 0.0 }
    }
}

impl Schedule {
    /// What is wrong with the values, if anything is.
    pub(crate) fn problem(&self) -> Option<String> {
        match self {
            Self::Cosine { floor } if !(0.0..=1.0).contains(floor) => {
                Some(format!("train.schedule.floor is {floor}; expected a share from 0 to 1"))
            }
            Self::Step { factor, .. } if !(factor.is_finite() && *factor > 0.0) => {
                Some(format!("train.schedule.factor is {factor}; expected a number above 0"))
            }
            _ => None,
        }
    }

    /// The share of the full rate at this place of the run; `epoch` counts fractions of an epoch from zero.
    ///
    /// During the first `warmup` epochs the rate rises linearly, and never starts at zero.
    pub(crate) fn factor(&self, epoch: f64, n_epochs: usize, warmup: f64, steps_per_epoch: usize) -> f64 {
        if epoch < warmup {
            return ((epoch + 1.0 / steps_per_epoch as f64) / warmup).min(1.0);
        }
        match self {
            Self::Constant => 1.0,
            Self::Step { at, factor } => {
                let passed = at.iter().filter(|&&boundary| epoch >= boundary as f64).count();
                factor.powi(passed as i32)
            }
            Self::Cosine { floor } => {
                let progress = ((epoch - warmup) / (n_epochs as f64 - warmup).max(f64::EPSILON)).clamp(0.0, 1.0);
                floor + (1.0 - floor) * 0.5 * (1.0 + (std::f64::consts::PI * progress).cos())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(schedule: &Schedule, epoch: f64, expected: f64) {
        let factor = schedule.factor(epoch, 100, 5.0, 10);
        assert!((factor - expected).abs() < 1e-12, "{schedule:?} at {epoch}: {factor}, expected {expected}");
    }

    #[test]
    fn warms_up_then_falls() {
        let cosine = Schedule::default();
        check(&cosine, 0.0, 0.02);
        check(&cosine, 5.0, 1.0);
        check(&cosine, 52.5, 0.5);
        check(&cosine, 100.0, 0.0);
        check(&Schedule::Cosine { floor: 0.2 }, 100.0, 0.2);
        let step = Schedule::Step { at: vec![50, 75], factor: 0.1 };
        check(&step, 49.9, 1.0);
        check(&step, 50.0, 0.1);
        check(&step, 75.0, 0.01);
        check(&Schedule::Constant, 99.0, 1.0);
    }
}
