//! Obuchowski and Rockette: AUROCs and their differences for readers and cases at large.
//!
//! **Definition.** The areas θ of r readers in two arms by an analysis of variance whose errors are correlated, as readers see
//! the same cases: Cov₁ of one reader in both arms, Cov₂ of two readers in one arm, Cov₃ of two readers in two arms, each the
//! mean over its pairs (Obuchowski and Rockette 1995, doi:10.1080/03610919508813243); covariances by `DeLong`. The difference
//! is tested with F = MS(T) / (MS(TR) + r max(Cov₂ − Cov₃, 0)) and degrees of freedom by Hillis 2007 (doi:10.1002/sim.2532),
//! who also gives the analyses of one arm, of these readers alone, and of these cases alone.
//! **Interval.** Student's t with Hillis' degrees of freedom; for these readers the normal distribution; for these cases t.
//! **Range** of areas 0 to 1, of differences −1 to 1; ends are cut there. **One reader:** nothing can be said of others,
//! undefined; so it is **without any variance**, and with **one class.** **NaN** is refused before.
//! **Cost** O(n r²).

use serde::Serialize;

use super::areas::{Area, Areas, covariance};
use super::{MEAN, Metric, Options};
use crate::estimate::{Estimate, Outcome};
use crate::interval::student::{t_of, two_sided_p};

pub(super) const AUROC: Metric = Metric {
    name: "mrmc_auroc",
    definition: "mean AUROC of an arm, for readers and cases at large (Obuchowski and Rockette)",
    others: "",
    range: (0.0, 1.0),
    compute: arms,
};

pub(super) const DIFFERENCE: Metric = Metric {
    name: "mrmc_auroc_difference",
    definition: "mean AUROC of an arm minus that of the first, for readers and cases at large, or one of them (Obuchowski \
                 and Rockette)",
    others: "iMRMC takes the unbiased variance of U-statistics, which is a little smaller on average and may be negative",
    range: (-1.0, 1.0),
    compute: differences,
};

/// A variance below this is rounding, not information.
const VARIANCE_MIN: f64 = 1e-20;

const TO_READERS_AND_CASES: &str = "mean, other readers and cases";
const TO_CASES: &str = "mean, these readers";
const TO_READERS: &str = "mean, these cases";

/// The analysis of variance of two arms.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ObuchowskiRockette {
    /// The arm and the first one, as a difference.
    pub arms: String,
    /// Mean square of arms.
    pub ms_arms: f64,
    /// Mean square of readers.
    pub ms_readers: f64,
    /// Mean square of arms by readers.
    pub ms_interaction: f64,
    /// Mean variance of an area.
    pub variance: f64,
    /// Mean covariance of one reader in two arms.
    pub covariance_1: f64,
    /// Mean covariance of two readers in one arm.
    pub covariance_2: f64,
    /// Mean covariance of two readers in two arms.
    pub covariance_3: f64,
    /// The test statistic.
    pub f: f64,
    /// Degrees of freedom of its denominator.
    pub degrees: f64,
    /// The probability of a greater statistic without a difference.
    pub p_value: f64,
}

/// The table of every arm and the first; none where areas are undefined or there is one reader.
pub(super) fn tables(areas: &Areas<'_>) -> Vec<ObuchowskiRockette> {
    if areas.one_sided().is_some() || areas.study.readers().len() < 2 {
        return Vec::new();
    }
    let table = |(arm, arms): (usize, String)| {
        let anova = Anova::of(areas.arm(arm), areas.arm(0));
        let (noise, degrees) = anova.noise();
        let f = anova.ms_arms / noise;
        f.is_finite().then(|| ObuchowskiRockette {
            arms,
            ms_arms: anova.ms_arms,
            ms_readers: anova.ms_readers,
            ms_interaction: anova.ms_interaction,
            variance: anova.variance,
            covariance_1: anova.covariances[0],
            covariance_2: anova.covariances[1],
            covariance_3: anova.covariances[2],
            f,
            degrees,
            p_value: two_sided_p(f.sqrt(), degrees),
        })
    };
    areas.contrasts().filter_map(table).collect()
}

struct Anova {
    r: f64,
    difference: f64,
    ms_arms: f64,
    ms_readers: f64,
    ms_interaction: f64,
    variance: f64,
    covariances: [f64; 3],
}

impl Anova {
    fn of(arm: &[Area], first: &[Area]) -> Self {
        let r = arm.len() as f64;
        let differences: Vec<f64> = arm.iter().zip(first).map(|(arm, first)| arm.value - first.value).collect();
        let means: Vec<f64> = arm.iter().zip(first).map(|(arm, first)| f64::midpoint(arm.value, first.value)).collect();
        let difference = differences.iter().sum::<f64>() / r;
        let cross: f64 = arm.iter().zip(first).map(|(a, b)| covariance(a, b)).sum();
        let variances: f64 = arm.iter().chain(first).map(|area| covariance(area, area)).sum();
        let all = total(arm, first) - cross;
        let within = f64::midpoint(total(arm, arm), total(first, first)) - 0.5 * variances;
        Self {
            r,
            difference,
            ms_arms: r * difference * difference / 2.0,
            ms_readers: 2.0 * spread(&means),
            ms_interaction: spread(&differences) / 2.0,
            variance: variances / (2.0 * r),
            covariances: [cross / r, within / (r * (r - 1.0)), all / (r * (r - 1.0))],
        }
    }

    /// The denominator of F and its degrees of freedom.
    fn noise(&self) -> (f64, f64) {
        hillis(self.ms_interaction, self.r, self.covariances[1] - self.covariances[2])
    }
}

/// A mean square of readers with the covariance that cases add, and the degrees of freedom of the sum.
fn hillis(mean_square: f64, r: f64, covariance: f64) -> (f64, f64) {
    let noise = mean_square + r * covariance.max(0.0);
    (noise, (noise / mean_square).powi(2) * (r - 1.0))
}

/// The sample variance.
fn spread(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)
}

/// The covariance of the sums of both arms' areas.
fn total(a: &[Area], b: &[Area]) -> f64 {
    let sum = |areas: &[Area]| {
        let mut sum = Area { value: 0.0, deviation: vec![0.0; areas[0].deviation.len()] };
        for area in areas {
            sum.deviation.iter_mut().zip(&area.deviation).for_each(|(sum, own)| *sum += own);
        }
        sum
    };
    covariance(&sum(a), &sum(b))
}

/// Why nothing can be said of readers at large.
fn too_few(areas: &Areas<'_>) -> Option<&'static str> {
    match areas.study.readers().len() {
        1 => Some("there is one reader, who does not tell how readers vary; expected at least 2"),
        _ => areas.one_sided(),
    }
}

fn arms(areas: &Areas<'_>, options: &Options) -> Vec<Estimate> {
    let named = |(arm, group): (usize, &String)| {
        arm_outcome(areas, arm, options.level).named(AUROC.name, MEAN, options.level).in_group(group)
    };
    areas.study.arms().iter().enumerate().map(named).collect()
}

fn arm_outcome(areas: &Areas<'_>, arm: usize, level: f64) -> Outcome {
    const METHOD: &str = "Obuchowski-Rockette, Student's t with Hillis' degrees of freedom";
    let n = areas.study.n_cases();
    if let Some(why) = too_few(areas) {
        return Outcome::undefined(n, METHOD, why);
    }
    let arm = areas.arm(arm);
    let values: Vec<f64> = arm.iter().map(|area| area.value).collect();
    let r = values.len() as f64;
    let variances: f64 = arm.iter().map(|area| covariance(area, area)).sum();
    let (noise, degrees) = hillis(spread(&values), r, (total(arm, arm) - variances) / (r * (r - 1.0)));
    let value = values.iter().sum::<f64>() / r;
    Mean { value, variance: noise / r, degrees, range: AUROC.range }.outcome(n, METHOD, level)
}

fn differences(areas: &Areas<'_>, options: &Options) -> Vec<Estimate> {
    let mut estimates = Vec::new();
    for (arm, group) in areas.contrasts() {
        for target in [TO_READERS_AND_CASES, TO_CASES, TO_READERS] {
            let outcome = difference_outcome(areas, arm, target, options.level);
            estimates.push(outcome.named(DIFFERENCE.name, target, options.level).in_group(&group));
        }
    }
    estimates
}

fn difference_outcome(areas: &Areas<'_>, arm: usize, target: &str, level: f64) -> Outcome {
    let n = areas.study.n_cases();
    let method = match target {
        TO_CASES => "Obuchowski-Rockette, normal",
        TO_READERS => "Obuchowski-Rockette, Student's t",
        _ => "Obuchowski-Rockette, Student's t with Hillis' degrees of freedom",
    };
    let why = if target == TO_CASES { areas.one_sided() } else { too_few(areas) };
    if let Some(why) = why {
        return Outcome::undefined(n, method, why);
    }
    let anova = Anova::of(areas.arm(arm), areas.arm(0));
    let r = anova.r;
    let [one, two, three] = anova.covariances;
    let (noise, degrees) = match target {
        TO_CASES if r < 2.0 => (anova.variance - one, f64::INFINITY),
        TO_CASES => (anova.variance - one + (r - 1.0) * (two - three).max(0.0), f64::INFINITY),
        TO_READERS => (anova.ms_interaction, r - 1.0),
        _ => anova.noise(),
    };
    let variance = 2.0 * noise / r;
    Mean { value: anova.difference, variance, degrees, range: DIFFERENCE.range }.outcome(n, method, level)
}

/// A mean with its variance and the degrees of freedom of that.
struct Mean {
    value: f64,
    variance: f64,
    degrees: f64,
    range: (f64, f64),
}

impl Mean {
    fn outcome(&self, n: usize, method: &str, level: f64) -> Outcome {
        if !(self.variance > VARIANCE_MIN && self.degrees > 0.0) {
            let why = "the areas do not vary between readers or cases, so that nothing is known of others";
            return Outcome::undefined(n, method, why);
        }
        let half = t_of(level, self.degrees) * self.variance.sqrt();
        let ends = ((self.value - half).max(self.range.0), (self.value + half).min(self.range.1));
        Outcome::known(n, method, self.value, ends)
    }
}
