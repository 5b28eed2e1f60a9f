//! The figures of all runs, and what becomes of them: median, spread, and how many times better we are.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// Who was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Ours,
    Peer,
}

/// All runs of both sides.
#[derive(Debug, Default)]
pub(super) struct Figures {
    /// What we call ourselves, with the version.
    ours: Option<String>,
    /// Workload and metric in the order in which they came, with the runs of everybody.
    rows: Vec<Row>,
}

/// One metric of one workload.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) workload: String,
    pub(super) metric: String,
    ours: Vec<f64>,
    /// By name and version.
    peers: BTreeMap<String, Vec<f64>>,
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
        let software = printed["software"].as_str().unwrap_or(if side == Side::Ours { "Vesalius" } else { "peer" });
        if side == Side::Ours {
            self.ours = Some(software.to_owned());
        }
        let metrics =
            printed[workload].as_object().with_context(|| format!("no figures for {workload} were printed"))?;
        for (metric, value) in metrics {
            let number =
                |value: &Value| value.as_f64().with_context(|| format!("{workload}: {metric} is not a number"));
            let row = self.row(workload, metric);
            match (side, value) {
                (Side::Ours, _) => row.ours.push(number(value)?),
                (Side::Peer, Value::Object(peers)) => {
                    for (name, value) in peers {
                        row.peers.entry(name.clone()).or_default().push(number(value)?);
                    }
                }
                (Side::Peer, _) => row.peers.entry(software.to_owned()).or_default().push(number(value)?),
            }
        }
        Ok(())
    }

    /// Every row, in order.
    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// What we call ourselves.
    pub(super) fn ours(&self) -> &str {
        self.ours.as_deref().unwrap_or("Vesalius")
    }

    /// The whole as one JSON object.
    pub(super) fn to_json(&self, machine: &str) -> Value {
        let rows: Vec<Value> = self.rows.iter().map(Row::to_json).collect();
        let peers: BTreeSet<&String> = self.rows.iter().flat_map(|row| row.peers.keys()).collect();
        json!({ "machine": machine, "ours": self.ours(), "peers": peers, "figures": rows })
    }

    fn row(&mut self, workload: &str, metric: &str) -> &mut Row {
        let at = self.rows.iter().position(|row| row.workload == workload && row.metric == metric);
        let at = at.unwrap_or_else(|| {
            let (workload, metric) = (workload.into(), metric.into());
            self.rows.push(Row { workload, metric, ours: Vec::new(), peers: BTreeMap::new() });
            self.rows.len() - 1
        });
        &mut self.rows[at]
    }
}

impl Row {
    /// Median and spread of our runs; none if we were not measured.
    pub(super) fn ours(&self) -> Option<Summary> {
        Summary::of(&self.ours)
    }

    /// The peer with the best median, by name; none if none was measured.
    pub(super) fn best_peer(&self) -> Option<(&str, Summary)> {
        let peers = self.peers.iter().filter_map(|(name, runs)| Some((name.as_str(), Summary::of(runs)?)));
        peers.reduce(|best, other| if self.ratio(other.1, best.1) > 1.0 { other } else { best })
    }

    /// How many times better we are than the best peer.
    pub(super) fn times_better(&self) -> Option<f64> {
        let ratio = self.ratio(self.ours()?, self.best_peer()?.1);
        ratio.is_finite().then_some(ratio)
    }

    /// How many times better one is than another: of rates more is better, of seconds and memory less is.
    fn ratio(&self, one: Summary, other: Summary) -> f64 {
        if self.metric.ends_with("_per_second") { one.median / other.median } else { other.median / one.median }
    }

    fn to_json(&self) -> Value {
        let of = |runs: &[f64]| {
            Summary::of(runs).map(|s| json!({ "median": s.median, "min": s.min, "max": s.max, "runs": runs }))
        };
        let best = self.best_peer().map(|(name, _)| name);
        let peer = best.and_then(|name| {
            let mut peer = of(&self.peers[name])?;
            peer["software"] = name.into();
            Some(peer)
        });
        let peers: serde_json::Map<String, Value> =
            self.peers.iter().filter_map(|(name, runs)| Some((name.clone(), of(runs)?))).collect();
        json!({
            "workload": self.workload,
            "metric": self.metric,
            "ours": of(&self.ours),
            "peer": peer,
            "peers": peers,
            "times_better": self.times_better(),
        })
    }
}

impl Summary {
    /// None where there are no runs.
    fn of(runs: &[f64]) -> Option<Self> {
        let mut runs = runs.to_vec();
        runs.sort_by(f64::total_cmp);
        let (min, max, middle) = (*runs.first()?, *runs.last()?, runs.len() / 2);
        let median = if runs.len() % 2 == 1 { runs[middle] } else { f64::midpoint(runs[middle - 1], runs[middle]) };
        Some(Self { median, min, max })
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
        let row = &figures.rows()[0];
        assert_eq!(row.ours(), Some(Summary { median: 12.0, min: 10.0, max: 14.0 }));
        assert_eq!(row.best_peer(), Some(("PyTorch 2", Summary { median: 28.0, min: 24.0, max: 30.0 })));
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
    fn of_several_peers_the_best_counts() {
        let mut figures = Figures::default();
        figures.add(Side::Ours, "volumes", &json!({ "volumes": { "read_seconds": 1.0 } })).unwrap();
        let printed = json!({ "software": "several", "volumes": { "read_seconds": { "slow 1": 9.0, "fast 2": 3.0 } } });
        figures.add(Side::Peer, "volumes", &printed).unwrap();
        let row = &figures.rows()[0];
        assert_eq!((row.best_peer().unwrap().0, row.times_better()), ("fast 2", Some(3.0)));
        let json = figures.to_json("a machine");
        assert_eq!(json["peers"], json!(["fast 2", "slow 1"]));
        assert_eq!(json["figures"][0]["peer"]["software"], "fast 2");
        assert_eq!(json["figures"][0]["peers"]["slow 1"]["median"], 9.0);
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
