//! The figures of all runs, and what becomes of them: median, spread, and how many times better we are.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// Who was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Ours,
    Peer,
}

/// All runs of both sides.
#[derive(Debug, Default)]
pub(super) struct Figures {
    /// What each side calls itself, with its version.
    software: BTreeMap<Side, String>,
    /// Workload and metric in the order in which they came, with the runs of each side.
    rows: Vec<Row>,
}

/// One metric of one workload.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) workload: String,
    pub(super) metric: String,
    runs: BTreeMap<Side, Vec<f64>>,
}

/// What several runs come to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Summary {
    pub(super) median: f64,
    pub(super) min: f64,
    pub(super) max: f64,
}

impl Figures {
    /// Takes in what one run printed about one workload.
    pub(super) fn add(&mut self, side: Side, workload: &str, printed: &Value) -> Result<()> {
        if let Some(software) = printed["software"].as_str() {
            self.software.insert(side, software.to_owned());
        }
        let metrics =
            printed[workload].as_object().with_context(|| format!("no figures for {workload} were printed"))?;
        for (metric, value) in metrics {
            let value = value.as_f64().with_context(|| format!("{workload}: {metric} is not a number"))?;
            self.row(workload, metric).runs.entry(side).or_default().push(value);
        }
        Ok(())
    }

    /// Every row, in order.
    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// What a side calls itself; none if it was not measured.
    pub(super) fn software(&self, side: Side) -> Option<&str> {
        let measured = self.rows.iter().any(|row| row.runs.contains_key(&side));
        let unnamed = if side == Side::Ours { "Vesalius" } else { "PyTorch" };
        measured.then(|| self.software.get(&side).map_or(unnamed, String::as_str))
    }

    /// The whole as one JSON object.
    pub(super) fn to_json(&self, machine: &str) -> Value {
        let rows: Vec<Value> = self.rows.iter().map(Row::to_json).collect();
        json!({
            "machine": machine,
            "ours": self.software(Side::Ours),
            "peer": self.software(Side::Peer),
            "figures": rows,
        })
    }

    fn row(&mut self, workload: &str, metric: &str) -> &mut Row {
        let at = self.rows.iter().position(|row| row.workload == workload && row.metric == metric);
        let at = at.unwrap_or_else(|| {
            self.rows.push(Row { workload: workload.into(), metric: metric.into(), runs: BTreeMap::new() });
            self.rows.len() - 1
        });
        &mut self.rows[at]
    }
}

impl Row {
    /// Median and spread of one side; none if it was not measured.
    pub(super) fn summary(&self, side: Side) -> Option<Summary> {
        let mut runs = self.runs.get(&side)?.clone();
        runs.sort_by(f64::total_cmp);
        let middle = runs.len() / 2;
        let median = if runs.len() % 2 == 1 { runs[middle] } else { f64::midpoint(runs[middle - 1], runs[middle]) };
        Some(Summary { median, min: *runs.first()?, max: *runs.last()? })
    }

    /// How many times better we are: of rates more is better, of seconds and memory less is.
    pub(super) fn times_better(&self) -> Option<f64> {
        let (ours, peer) = (self.summary(Side::Ours)?.median, self.summary(Side::Peer)?.median);
        let ratio = if self.metric.ends_with("_per_second") { ours / peer } else { peer / ours };
        ratio.is_finite().then_some(ratio)
    }

    fn to_json(&self) -> Value {
        let side = |side| {
            self.summary(side).map(|summary| {
                json!({ "median": summary.median, "min": summary.min, "max": summary.max, "runs": self.runs[&side] })
            })
        };
        json!({
            "workload": self.workload,
            "metric": self.metric,
            "ours": side(Side::Ours),
            "peer": side(Side::Peer),
            "times_better": self.times_better(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures() -> Figures {
        let mut figures = Figures::default();
        for (ours, peer) in [(10.0, 30.0), (14.0, 28.0), (12.0, 24.0)] {
            figures.add(Side::Ours, "loading", &json!({ "loading": { "epoch_seconds": ours } })).unwrap();
            let printed = json!({ "software": "PyTorch 2", "loading": { "epoch_seconds": peer } });
            figures.add(Side::Peer, "loading", &printed).unwrap();
        }
        figures
    }

    #[test]
    fn runs_come_to_median_and_spread() {
        let figures = figures();
        let summary = figures.rows()[0].summary(Side::Ours);
        assert_eq!(summary, Some(Summary { median: 12.0, min: 10.0, max: 14.0 }));
        assert_eq!(figures.software(Side::Peer), Some("PyTorch 2"));
    }

    #[test]
    fn better_means_more_of_a_rate_and_less_of_the_rest() {
        assert_eq!(figures().rows()[0].times_better(), Some(28.0 / 12.0));
        let mut figures = Figures::default();
        figures.add(Side::Ours, "net", &json!({ "net": { "images_per_second": 50 } })).unwrap();
        assert_eq!(figures.rows()[0].times_better(), None);
        figures.add(Side::Peer, "net", &json!({ "net": { "images_per_second": 100 } })).unwrap();
        assert_eq!(figures.rows()[0].times_better(), Some(0.5));
    }

    #[test]
    fn json_holds_every_run() {
        let json = figures().to_json("a machine");
        assert_eq!(json["machine"], "a machine");
        assert_eq!(json["figures"][0]["peer"]["runs"], json!([30.0, 28.0, 24.0]));
    }

    #[test]
    fn a_run_without_figures_is_an_error() {
        let error = Figures::default().add(Side::Ours, "loading", &json!({})).unwrap_err();
        assert_eq!(error.to_string(), "no figures for loading were printed");
    }
}
