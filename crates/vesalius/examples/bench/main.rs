//! The workloads of `cargo xtask bench` on our side: `--only NAME --json` prints one object of figures.
//!
//! The same work as the scripts in `benches/` do, so that the two can be divided by each other.
#![expect(clippy::print_stdout, reason = "its figures are what this program is for")]

mod measure;
mod networks;
mod volumes;

use std::collections::BTreeMap;

use vesalius::{Error, ErrorKind, Result};

/// Figures of one workload by name.
type Figures = BTreeMap<&'static str, f64>;

/// A workload: its name, and what measures it.
type Workload = (&'static str, fn() -> Result<Figures>);

const WORKLOADS: [Workload; 6] = [
    ("resnet18-2d", networks::planar),
    ("resnet18-3d", networks::volumetric),
    ("loading", networks::loading),
    ("startup", networks::startup),
    ("volumes", volumes::volumes),
    ("measure", measure::measure),
];

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let only = arguments.iter().position(|argument| argument == "--only").and_then(|at| arguments.get(at + 1));
    let mut report = serde_json::Map::new();
    report.insert("software".into(), format!("Vesalius {}", env!("CARGO_PKG_VERSION")).into());
    for (name, measure) in WORKLOADS.iter().filter(|(name, _)| only.is_none_or(|only| only == name)) {
        report.insert((*name).into(), serde_json::json!(measure()?));
    }
    println!("{}", serde_json::Value::Object(report));
    Ok(())
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn broken(why: &dyn std::fmt::Display) -> Error {
    Error::new(ErrorKind::Data, format!("the workload failed: {why}"))
}
