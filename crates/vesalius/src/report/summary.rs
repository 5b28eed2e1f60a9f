//! What a reader who stops after one paragraph must know: what was measured, how well, against what, and how far to trust it.

use super::audit::{self, Finding};
use super::cohort::{Cases, Header};
use super::estimate::Estimate;
use super::glossary;
use super::page::KeyFact;
use super::predictions::Predictions;
use super::scores::Scores;
use super::text;

/// What the summary is made from.
pub(super) struct Evidence<'a> {
    pub(super) header: &'a Header,
    pub(super) cases: Option<&'a Cases>,
    pub(super) findings: Option<&'a [Finding]>,
    pub(super) predictions: Option<&'a Predictions>,
    pub(super) scores: &'a Scores,
}

impl Evidence<'_> {
    /// The paragraphs.
    pub(super) fn summary(&self) -> Vec<String> {
        vec![[self.what(), self.how_well()].join(" "), audit::verdict(self.findings)]
    }

    /// The few figures that stand beside them.
    pub(super) fn key_facts(&self) -> Vec<KeyFact> {
        let mut facts = Vec::new();
        let (word, tally) = audit::tally(self.findings);
        facts.push(KeyFact { name: "Audit".to_owned(), value: word, detail: tally });
        if let Some(predictions) = self.predictions {
            let detail =
                self.cases.map_or(String::new(), |cases| format!("of {} in the cohort", text::count(cases.n() as u64)));
            facts.push(KeyFact {
                name: "Cases measured".to_owned(),
                value: text::count(predictions.n_cases() as u64),
                detail,
            });
        }
        let estimates = [self.area(), self.accuracy(), self.baseline()];
        facts.extend(estimates.into_iter().flatten().map(fact));
        facts
    }

    /// The kind of model and the cases.
    fn what(&self) -> String {
        let name = if self.header.name.is_empty() { "an unnamed cohort" } else { self.header.name.as_str() };
        let Some(predictions) = self.predictions else {
            let n = self
                .cases
                .map_or(String::new(), |cases| format!(", {}", text::counted(cases.n() as u64, "case", "cases")));
            return format!("This run covers {name}{n}; no case has been scored.");
        };
        let n = text::counted(predictions.n_cases() as u64, "case", "cases");
        let classes = self.header.classes.len();
        let task = match (self.header.task.as_str(), classes) {
            ("binary", 2) => format!("{} from {}", self.header.classes[1], self.header.classes[0]),
            ("multi-label", _) => {
                text::counted(classes as u64, "finding", "findings, any of which may be present together")
            }
            (_, 0) => "its classes".to_owned(),
            _ => text::counted(classes as u64, "class", "classes that exclude each other"),
        };
        let verb = if self.header.task == "binary" && classes == 2 { "tell" } else { "recognize" };
        format!("A model was asked to {verb} {task} in {name} and measured on {n}.")
    }

    /// The headline against the baseline.
    fn how_well(&self) -> String {
        let mut sentences = Vec::new();
        if let Some(area) = self.area() {
            sentences.push(format!("{} was {}.", glossary::estimate_name(area), area.long_text()));
        }
        match (self.accuracy(), self.baseline()) {
            (Some(accuracy), Some(baseline)) => sentences.push(format!(
                "Accuracy was {}, against {} for always giving the most frequent answer.",
                accuracy.long_text(),
                baseline.text()
            )),
            (Some(accuracy), None) => sentences
                .push(format!("Accuracy was {}; the majority-class baseline was not measured.", accuracy.long_text())),
            (None, _) if self.scores.estimates.is_empty() => sentences.push("Nothing has been measured.".to_owned()),
            (None, _) => {}
        }
        sentences.join(" ")
    }

    /// The AUROC that speaks for the run: of the second of two classes, of the only target, else the mean over classes.
    fn area(&self) -> Option<&Estimate> {
        let group = self.scores.main_group();
        let of = |metric: &'static str| self.scores.estimates.iter().filter(move |e| e.is(metric) && e.group == group);
        let positive =
            self.header.classes.get(1).filter(|_| self.header.classes.len() == 2 && self.header.task == "binary");
        of("auroc")
            .find(|estimate| Some(&estimate.target) == positive)
            .or_else(|| of("auroc_macro").next())
            .or_else(|| of("auroc").find(|estimate| estimate.is_over_all_classes()))
            .or_else(|| of("auroc").next().filter(|_| of("auroc").count() == 1))
    }

    fn accuracy(&self) -> Option<&Estimate> {
        self.over_all_classes("accuracy")
    }

    fn baseline(&self) -> Option<&Estimate> {
        self.over_all_classes("majority_accuracy")
    }

    fn over_all_classes(&self, metric: &str) -> Option<&Estimate> {
        let group = self.scores.main_group();
        let mut estimates = self.scores.estimates.iter().filter(|e| e.is(metric) && e.group == group);
        estimates.find(|estimate| estimate.is_over_all_classes())
    }
}

fn fact(estimate: &Estimate) -> KeyFact {
    let detail = match estimate.interval() {
        Some(interval) if estimate.value.is_some() => format!("{} CI {interval}", text::level(estimate.level)),
        _ => estimate.undefined.clone().unwrap_or_default(),
    };
    let value = estimate.value.map_or("undefined".to_owned(), text::decimal);
    KeyFact { name: glossary::estimate_name(estimate), value, detail }
}
