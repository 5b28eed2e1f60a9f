//! The figures as a table for a terminal, which is Markdown too, and as the document in `docs/`.

use super::figures::{Figures, Summary};

/// The table with the machine under it.
pub(super) fn render(figures: &Figures, machine: &str) -> String {
    let header = ["workload", "metric", figures.ours(), "best peer", "its figure", "times better"];
    let mut rows = vec![header.map(str::to_owned)];
    for row in figures.rows() {
        let peer = row.best_peer();
        rows.push([
            row.workload.clone(),
            row.metric.replace('_', " "),
            row.ours().map_or_else(blank, spread),
            peer.map_or_else(|| "not measured".into(), |(name, _)| name.to_owned()),
            peer.map_or_else(blank, |(_, summary)| spread(summary)),
            row.times_better().map_or_else(blank, |times| format!("{times:.2}")),
        ]);
    }
    format!("{}\nMachine: {machine}.\n", markdown(&rows))
}

/// The whole of `docs/benchmarks.md`.
pub(super) fn document(figures: &Figures, machine: &str) -> String {
    format!(
        "# Benchmarks\n\n\
         Written by `cargo xtask bench --write`; do not edit by hand.\n\
         Each figure is the median of several runs, with the smallest and largest in brackets.\n\
         The two programs take turns, with every thread of the machine.\n\
         `times better` is the ratio of the medians, above 1 where Vesalius is faster or smaller than its best peer.\n\
         What each workload does stands in [benches/pytorch.py](../benches/pytorch.py), for volumes in \
         [benches/volumes.py](../benches/volumes.py), and for metrics in [benches/measure.py](../benches/measure.py).\n\n\
         {}",
        render(figures, machine)
    )
}

fn blank() -> String {
    "–".into()
}

fn spread(summary: Summary) -> String {
    let [median, min, max] = [summary.median, summary.min, summary.max].map(three_digits);
    if min == max { median } else { format!("{median} ({min}–{max})") }
}

/// Three digits that count: nobody can read more out of a benchmark.
fn three_digits(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

fn markdown<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    let line = |row: &[String; N]| {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    let mut lines: Vec<String> = rows.iter().map(line).collect();
    lines.insert(1, format!("| {} |\n", rule.join(" | ")));
    lines.concat()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::figures::Side;
    use super::*;

    #[test]
    fn the_table_shows_both_sides_and_the_ratio() {
        let mut figures = Figures::default();
        for (ours, peer) in [(0.1, 0.5), (0.2, 0.6), (0.15, 0.55)] {
            figures.add(Side::Ours, "loading", &json!({ "loading": { "epoch_seconds": ours } })).unwrap();
            let printed = json!({ "software": "PyTorch 2", "loading": { "epoch_seconds": peer } });
            figures.add(Side::Peer, "loading", &printed).unwrap();
        }
        let expected = "\
| workload | metric        | Vesalius            | best peer | its figure          | times better |
| -------- | ------------- | ------------------- | --------- | ------------------- | ------------ |
| loading  | epoch seconds | 0.150 (0.100–0.200) | PyTorch 2 | 0.550 (0.500–0.600) | 3.67         |

Machine: a machine.
";
        assert_eq!(render(&figures, "a machine"), expected);
        assert!(document(&figures, "a machine").ends_with(expected));
    }

    #[test]
    fn what_was_not_measured_is_blank() {
        let mut figures = Figures::default();
        figures.add(Side::Ours, "net", &json!({ "net": { "images_per_second": 1234.5 } })).unwrap();
        let text = render(&figures, "a machine");
        assert!(text.contains("| 1234 ") || text.contains("| 1235 "), "{text}");
        assert!(text.contains("not measured") && text.contains("| –"), "{text}");
    }
}
