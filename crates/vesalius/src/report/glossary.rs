//! What the metrics and methods are called in print, and what they mean.

use std::collections::BTreeSet;

use super::estimate::{Estimate, normal};
use super::page::{Block, Section, Term};

/// One metric: its name in `scores.json`, in print, and its meaning.
struct Metric {
    id: &'static str,
    name: &'static str,
    meaning: &'static str,
}

/// In the order in which a reader asks for them.
const METRICS: &[Metric] = &[
    Metric {
        id: "auroc",
        name: "AUROC",
        meaning: "Area under the receiver operating characteristic: the probability that a positive case has a higher score than a negative one, ties counted half. 0.5 is chance, 1 is perfect; it does not depend on a threshold or on prevalence.",
    },
    Metric {
        id: "auroc_macro",
        name: "Mean AUROC",
        meaning: "The unweighted mean of the AUROC of every class against the rest.",
    },
    Metric { id: "accuracy", name: "Accuracy", meaning: "Share of the cases whose predicted class is the true one." },
    Metric {
        id: "balanced_accuracy",
        name: "Balanced accuracy",
        meaning: "The mean of the sensitivities of all classes, which a majority class cannot inflate.",
    },
    Metric {
        id: "majority_accuracy",
        name: "Majority-class baseline",
        meaning: "The accuracy of always giving the most frequent answer: what a model that has learned nothing attains.",
    },
    Metric {
        id: "prevalence",
        name: "Prevalence",
        meaning: "Share of the cases that are positive; the predictive values hold for it alone.",
    },
    Metric {
        id: "sensitivity",
        name: "Sensitivity",
        meaning: "Share of the positive cases that were called positive (recall).",
    },
    Metric {
        id: "specificity",
        name: "Specificity",
        meaning: "Share of the negative cases that were called negative.",
    },
    Metric {
        id: "ppv",
        name: "PPV",
        meaning: "Positive predictive value (precision): share of the cases called positive that are positive. It holds for the prevalence of these cases only.",
    },
    Metric {
        id: "npv",
        name: "NPV",
        meaning: "Negative predictive value: share of the cases called negative that are negative. It holds for the prevalence of these cases only.",
    },
    Metric { id: "f1", name: "F1", meaning: "The harmonic mean of sensitivity and positive predictive value." },
    Metric { id: "f1_macro", name: "Mean F1", meaning: "The unweighted mean of the F1 of every class." },
    Metric {
        id: "brier",
        name: "Brier score",
        meaning: "The mean squared difference between score and truth; 0 is perfect, lower is better.",
    },
    Metric {
        id: "ece",
        name: "ECE",
        meaning: "Expected calibration error: the mean distance between score and observed share over bins of the score, weighted by their cases; 0 is perfect.",
    },
    Metric {
        id: "medmnist_auc",
        name: "AUC, MedMNIST rules",
        meaning: "AUC as the MedMNIST benchmark computes it, for comparison with its published tables.",
    },
    Metric {
        id: "medmnist_acc",
        name: "ACC, MedMNIST rules",
        meaning: "Accuracy as the MedMNIST benchmark computes it, for comparison with its published tables.",
    },
];

/// Methods of intervals: how the name of the method begins, its name in print, and its meaning.
const METHODS: &[(&str, &str, &str)] = &[
    (
        "bootstrap",
        "Bootstrap interval",
        "From the distribution of the estimate over cases drawn with replacement (Efron and Tibshirani, 1993, ISBN 978-0-412-04231-7).",
    ),
    (
        "delong",
        "DeLong interval",
        "Asymptotic interval of an AUROC from the variance of its placement values (DeLong et al., 1988, doi:10.2307/2531595).",
    ),
    (
        "wilson",
        "Wilson interval",
        "Score interval of a proportion, which keeps its coverage near 0 and 1 (Wilson, 1927, doi:10.1080/01621459.1927.10502953).",
    ),
    (
        "newcombe",
        "Newcombe interval",
        "Score interval of an AUROC, for where the data leave the variance of DeLong nothing to estimate, as with perfect separation (Newcombe, 2006, doi:10.1002/sim.2324).",
    ),
    (
        "rule of three",
        "Rule of three",
        "Interval from the number of cases alone, for where all of them agree (Hanley and Lippman-Hand, 1983, doi:10.1001/jama.1983.03330370053031).",
    ),
];

/// The name of a metric in print; an unknown one keeps its own.
pub(super) fn metric_name(metric: &str) -> String {
    let id = normal(metric);
    METRICS.iter().find(|known| known.id == id).map_or_else(|| metric.to_owned(), |known| known.name.to_owned())
}

/// The name of an estimate in print, which says where it is a mean over the classes.
pub(super) fn estimate_name(estimate: &Estimate) -> String {
    let name = metric_name(&estimate.metric);
    if matches!(estimate.target.as_str(), "macro" | "mean") { format!("Mean {name}") } else { name }
}

/// Where a metric stands among others; unknown ones follow in the order of their names.
pub(super) fn metric_order(metric: &str) -> (usize, String) {
    let id = normal(metric);
    (METRICS.iter().position(|known| known.id == id).unwrap_or(METRICS.len()), id)
}

/// Whether the metric lies between 0 and 1 with more being better, so that it may be drawn on one scale with others.
pub(super) fn is_share(metric: &str) -> bool {
    !matches!(normal(metric).as_str(), "brier" | "ece") && metric_order(metric).0 < METRICS.len()
}

/// The name of a method in print, without its small print.
pub(super) fn method_name(method: &str) -> String {
    known_method(method).map_or_else(
        || method.split([',', ';']).next().unwrap_or(method).trim().to_owned(),
        |(_, name, _)| name.trim_end_matches(" interval").to_owned(),
    )
}

fn known_method(method: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    let lower = method.trim().to_ascii_lowercase();
    let lower = lower.strip_prefix("percentile ").unwrap_or(&lower);
    METHODS.iter().find(|(word, _, _)| lower.starts_with(word))
}

/// The small print of the methods of these estimates, each once, for a note below them.
pub(super) fn method_notes<'e>(estimates: impl Iterator<Item = &'e Estimate>) -> Vec<String> {
    let parts = estimates.flat_map(|estimate| estimate.method.split(';')).map(str::trim);
    let is_plain = |part: &str| known_method(part).is_some() && part.eq_ignore_ascii_case(&method_name(part));
    let is_new = |part: &&str| !part.is_empty() && !is_plain(part);
    let parts: BTreeSet<&str> = parts.filter(is_new).collect();
    parts.into_iter().map(str::to_owned).collect()
}

/// The section of the terms that this report used.
pub(super) fn section(estimates: &[Estimate]) -> Section {
    let is_used = |metric: &&Metric| estimates.iter().any(|estimate| estimate.is(metric.id));
    let metrics = METRICS.iter().filter(is_used).map(|metric| Term { name: metric.name, meaning: metric.meaning });
    let used: BTreeSet<&str> = estimates.iter().filter_map(|e| known_method(&e.method)).map(|known| known.0).collect();
    let methods = METHODS.iter().filter(|(word, _, _)| used.contains(word));
    let mut terms: Vec<Term> = metrics.collect();
    terms.extend(methods.map(|&(_, name, meaning)| Term { name, meaning }));
    terms.push(Term {
        name: "CI",
        meaning: "Confidence interval: over repeated samples of this size, the share of such intervals that hold the true value is the stated level, as far as the cases are a random sample of those the model will meet.",
    });
    terms.push(Term {
        name: "Undefined",
        meaning: "A value that the data cannot give, such as an AUROC without positive cases; it is never replaced by a number.",
    });
    Section { id: "terms", title: "Definitions", blocks: vec![Block::Terms(terms)] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_that_is_measured_has_a_name_and_a_meaning() {
        for metric in vesalius_stats::classify::METRICS {
            assert!(METRICS.iter().any(|known| known.id == metric.name), "{} is not in the glossary", metric.name);
        }
    }

    #[test]
    fn methods_are_named_without_their_small_print() {
        assert_eq!(method_name("wilson"), "Wilson");
        assert_eq!(method_name("DeLong, logit scale"), "DeLong");
        assert_eq!(method_name("percentile bootstrap, 1000 replicates; positive if score > 0.5"), "Bootstrap");
        assert_eq!(method_name("rule of three, as the bootstrap has no spread here"), "Rule of three");
        assert_eq!(method_name("jackknife, leaving out one"), "jackknife");
    }
}
