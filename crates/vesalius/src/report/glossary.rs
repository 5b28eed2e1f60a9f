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
    Metric {
        id: "average_precision",
        name: "Average precision",
        meaning: "Area under the precision-recall curve, by steps: the mean over positive cases of the PPV at their own score. Chance attains the prevalence, so it is compared only where that is the same.",
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
        id: "mcc",
        name: "MCC",
        meaning: "Matthews' correlation of truth and call: 0 is chance, 1 perfect agreement, whatever the prevalence.",
    },
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
    Metric {
        id: "kappa",
        name: "Kappa",
        meaning: "Cohen's kappa: agreement of call and truth beyond chance; 0 is chance, 1 perfect.",
    },
    Metric {
        id: "partial_auroc",
        name: "Partial AUROC",
        meaning: "Area under the receiver operating characteristic up to a small false positive rate.",
    },
    Metric {
        id: "standardized_partial_auroc",
        name: "Partial AUROC, standardized",
        meaning: "The partial area scaled so that 0.5 is chance and 1 perfect (McClish).",
    },
    Metric {
        id: "top_k_accuracy",
        name: "Top-k accuracy",
        meaning: "Share of the cases whose class is among the k of highest score.",
    },
    Metric {
        id: "subset_accuracy",
        name: "Subset accuracy",
        meaning: "Share of the cases of which every finding was called right.",
    },
    Metric {
        id: "hamming_loss",
        name: "Hamming loss",
        meaning: "Share of the labels that were called wrong; lower is better.",
    },
    Metric {
        id: "youden",
        name: "Youden's index",
        meaning: "The greatest sum of sensitivity and specificity over all thresholds, less 1; chosen on these cases, and too good for it.",
    },
    Metric {
        id: "youden_threshold",
        name: "Youden's threshold",
        meaning: "The score from which cases are called positive where that sum is greatest.",
    },
    Metric {
        id: "sensitivity_at_specificity",
        name: "Sensitivity at fixed specificity",
        meaning: "Sensitivity at the lowest threshold that keeps a given specificity.",
    },
    Metric {
        id: "specificity_at_sensitivity",
        name: "Specificity at fixed sensitivity",
        meaning: "Specificity at the highest threshold that keeps a given sensitivity.",
    },
    Metric {
        id: "net_benefit",
        name: "Net benefit",
        meaning: "True positives less false positives, weighed by the odds of the threshold, as a share of all cases (decision curve analysis).",
    },
];

/// Metrics of the tables of a page; the others, which fewer readers ask for, are in `scores.json` alone.
const IN_TABLES: &[&str] = &[
    "auroc",
    "average_precision",
    "accuracy",
    "balanced_accuracy",
    "majority_accuracy",
    "prevalence",
    "sensitivity",
    "specificity",
    "ppv",
    "npv",
    "f1",
    "mcc",
    "brier",
    "ece",
    "medmnist_auc",
    "medmnist_acc",
];

/// Methods of intervals: how the name of the method begins, its name in print, and its meaning.
const METHODS: &[(&str, &str, &str)] = &[
    (
        "bootstrap",
        "Bootstrap interval",
        "From the distribution of the estimate over cases drawn with replacement (Efron and Tibshirani, 1993, ISBN 978-0-412-04231-7).",
    ),
    (
        "delta",
        "Delta-method interval",
        "From how much each case moves the estimate (infinitesimal jackknife; Efron, 1982, doi:10.1137/1.9781611970319).",
    ),
    (
        "variance recovery",
        "MOVER interval",
        "Of a difference, from the intervals of both (Zou and Donner, 2008, doi:10.1002/sim.3095).",
    ),
    (
        "clopper-pearson",
        "Clopper–Pearson interval",
        "Exact interval of a proportion, which never covers less than its level (Clopper and Pearson, 1934, doi:10.1093/biomet/26.4.404).",
    ),
    (
        "paired delong",
        "Paired DeLong interval",
        "Asymptotic interval of the difference of two AUROCs on the same cases (DeLong et al., 1988, doi:10.2307/2531595).",
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
    if let Some(of) = metric.strip_suffix("_difference") {
        return format!("Δ {}", metric_name(of));
    }
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

/// Whether a page prints this metric; one that it does not know it prints.
pub(super) fn is_in_tables(metric: &str) -> bool {
    let id = normal(metric);
    IN_TABLES.contains(&id.as_str()) || !METRICS.iter().any(|known| known.id == id)
}

/// Whether the metric lies between 0 and 1 with more being better, so that it may be drawn on one scale with others.
pub(super) fn is_share(metric: &str) -> bool {
    const OTHERWISE: &[&str] = &["brier", "ece", "hamming_loss", "mcc", "kappa", "net_benefit", "youden_threshold"];
    !OTHERWISE.contains(&normal(metric).as_str()) && metric_order(metric).0 < METRICS.len()
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
    let lower = ["percentile ", "centered percentile ", "bca "]
        .iter()
        .find_map(|kind| lower.strip_prefix(kind))
        .unwrap_or(&lower);
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
