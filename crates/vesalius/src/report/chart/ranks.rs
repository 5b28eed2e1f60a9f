//! Ranks of teams on bootstrap replicates: the larger a disc, the more often a team had that rank.

use super::svg::{Anchor, Svg, fitted, width_px};

/// One team.
pub(crate) struct RankRow {
    /// Its name.
    pub(crate) name: String,
    /// Its rank on all cases.
    pub(crate) rank: usize,
    /// How often each rank, from 1, came out, as shares; may be empty.
    pub(crate) shares: Vec<f64>,
    /// Interval of its rank.
    pub(crate) interval: Option<(f64, f64)>,
}

const ROW_PX: f64 = 30.0;
const RADIUS_PX: f64 = 12.0;
const TOP_PX: f64 = 46.0;

/// Draws a row a team, in the order given, and a column a rank.
pub(in crate::report) fn ranks(title: &str, rows: &[RankRow]) -> Svg {
    let label_px = rows.iter().map(|row| width_px(&row.name)).fold(40.0, f64::max).min(220.0);
    let n_ranks = rows.len().max(2);
    let step = (480.0 / n_ranks as f64).clamp(26.0, 64.0);
    let left = label_px + 20.0;
    // The line that explains the marks needs its room too.
    let (width, height) =
        ((left + step * n_ranks as f64 + 12.0).max(430.0), TOP_PX + ROW_PX * rows.len() as f64 + 30.0);
    let mut svg = Svg::new(width, height, title, &description(rows));
    let column = |rank: f64| left + step * (rank - 0.5);
    svg.text("panel-title", (8.0, 14.0), Anchor::Start, title);
    svg.text("axis-title", (column(f64::midpoint(n_ranks as f64, 1.0)), TOP_PX - 18.0), Anchor::Middle, "Rank");
    let bottom = TOP_PX + ROW_PX * rows.len() as f64;
    for rank in 1..=n_ranks {
        svg.line("grid", (column(rank as f64), TOP_PX), (column(rank as f64), bottom));
        svg.text("tick", (column(rank as f64), TOP_PX - 5.0), Anchor::Middle, &rank.to_string());
    }
    for (idx, row) in rows.iter().enumerate() {
        let middle = TOP_PX + ROW_PX * (idx as f64 + 0.5);
        svg.text("label", (left - 8.0, middle + 4.0), Anchor::End, &fitted(&row.name, label_px));
        for (share, rank) in row.shares.iter().zip(1..) {
            // Area, not radius, is what the eye compares.
            let radius = (RADIUS_PX * share.sqrt() * 10.0).round() / 10.0;
            if radius > 0.0 {
                svg.circle("stem", (column(f64::from(rank)), middle), radius);
            }
        }
        if let Some((low, high)) = row.interval {
            svg.line("axis", (column(low), middle), (column(high), middle));
            for end in [low, high] {
                svg.line("axis", (column(end), middle - 4.0), (column(end), middle + 4.0));
            }
        }
        svg.circle("marker-open", (column(row.rank as f64), middle), 4.0);
    }
    let key = "Ring: rank on all cases. Disc: share of replicates with that rank. Bar: interval.";
    svg.text("tick", (8.0, bottom + 20.0), Anchor::Start, key);
    svg
}

fn description(rows: &[RankRow]) -> String {
    let row = |row: &RankRow| {
        let interval = row.interval.map_or(String::new(), |(low, high)| format!(" ({low:.0} to {high:.0})"));
        format!("{}: rank {}{interval}", row.name, row.rank)
    };
    rows.iter().map(row).collect::<Vec<_>>().join("; ")
}
