//! Top-k accuracy: the share of cases whose class is among the k of highest score.
//!
//! **Definition.** For three or more classes that exclude each other: (cases of whose classes fewer than k stand before the
//! true one) / n; a class stands before another with a higher score, or with the same score and an earlier place, as where
//! the highest score decides. k is an option, 2 unless told otherwise; for k = 1 it is the accuracy (Russakovsky et al.
//! 2015, doi:10.1007/s11263-015-0816-y).
//! **Interval.** Wilson or, by option, Clopper-Pearson.
//! **Range** 0 to 1, chance is k / K. **As many classes as k, nothing:** undefined. **One class:** defined. **NaN** is
//! refused before. Not given for two classes or findings. **Cost** O(n K).

use super::{ALL, Metric};
use crate::estimate::{Estimate, Outcome};
use crate::interval::wilson::proportion;
use crate::target::Study;

pub(super) const METRIC: Metric = Metric {
    name: "top_k_accuracy",
    definition: "share of cases whose class is among the k of highest score",
    range: (0.0, 1.0),
    others: "scikit-learn breaks ties by the last of equal classes, here it is the first",
    compute,
};

fn compute(study: &Study<'_>) -> Vec<Estimate> {
    let (options, k) = (study.options, study.options.top_k);
    let Some(truth) = study.exclusive().filter(|_| !study.cases.is_binary()) else { return Vec::new() };
    let n_classes = study.cases.classes().len();
    let outcome = if k >= n_classes {
        Outcome::undefined(truth.len(), "Wilson", format!("the {k} highest of {n_classes} classes are all of them"))
    } else {
        let is_among = |&(case, &class): &(usize, &usize)| {
            let row = study.cases.row(case);
            let before = |(other, score): (usize, &f64)| {
                *score > row[class] || (other < class && score.total_cmp(&row[class]).is_eq())
            };
            row.iter().enumerate().filter(|&other| before(other)).count() < k
        };
        proportion(truth.iter().enumerate().filter(is_among).count(), truth.len(), options, "there are no cases")
    };
    vec![outcome.decided_by(&format!("k = {k}")).named(METRIC.name, ALL, options.level)]
}
