//! Shares of the classes within each part, side by side: a shift between the parts is seen at a glance.

use super::svg::{Anchor, Svg, fitted, width_px};

/// One class and its share in each part.
pub(in crate::report) struct BarGroup<'a> {
    pub(in crate::report) name: &'a str,
    /// One share for each part, in the order of the part names; `None` where the part is empty.
    pub(in crate::report) shares: Vec<Option<f64>>,
}

/// Fill classes by part: dark, light, outlined; distinct without color.
const FILLS: &[&str] = &["bar-dark", "bar-light", "bar-open"];

/// Draws the groups below each other.
pub(in crate::report) fn bars(parts: &[&str], groups: &[BarGroup<'_>]) -> Svg {
    let label_px = groups.iter().map(|group| width_px(group.name)).fold(40.0, f64::max).min(190.0);
    let (left, right, bar, gap) = (label_px + 14.0, 680.0, 11.0, 12.0);
    let group_px = bar * parts.len() as f64 + gap;
    let height = 24.0 + group_px * groups.len() as f64;
    let mut svg = Svg::new(736.0, height, "Share of each class by part", &description(parts, groups));
    let longest = groups.iter().flat_map(|group| &group.shares).flatten().copied().fold(1e-9, f64::max);
    draw_legend(&mut svg, parts, left);
    for (idx, group) in groups.iter().enumerate() {
        let top = 24.0 + group_px * idx as f64;
        let middle = top + bar * parts.len() as f64 / 2.0 + 4.0;
        svg.text("label", (left - 8.0, middle), Anchor::End, &fitted(group.name, left - 14.0));
        for (part_idx, share) in group.shares.iter().enumerate() {
            let y = top + bar * part_idx as f64;
            let length = share.unwrap_or(0.0) / longest * (right - left);
            svg.rectangle(FILLS[part_idx % FILLS.len()], (left, y + 1.0), (length, bar - 2.0));
            let text = share.map_or("no cases".to_owned(), |share| format!("{:.1}%", 100.0 * share));
            svg.text("tick", (left + length + 5.0, y + bar - 2.0), Anchor::Start, &text);
        }
    }
    svg.line("axis", (left, 20.0), (left, height - gap + 4.0));
    svg
}

fn draw_legend(svg: &mut Svg, parts: &[&str], left: f64) {
    for (idx, part) in parts.iter().enumerate() {
        let x = left + 80.0 * idx as f64;
        svg.rectangle(FILLS[idx % FILLS.len()], (x, 3.0), (18.0, 9.0));
        svg.text("label", (x + 23.0, 11.5), Anchor::Start, part);
    }
}

fn description(parts: &[&str], groups: &[BarGroup<'_>]) -> String {
    let group = |group: &BarGroup<'_>| {
        let shares = parts.iter().zip(&group.shares).map(|(part, share)| match share {
            Some(share) => format!("{:.1}% of {part}", 100.0 * share),
            None => format!("{part} has no cases"),
        });
        format!("{}: {}", group.name, shares.collect::<Vec<_>>().join(", "))
    };
    groups.iter().map(group).collect::<Vec<_>>().join("; ")
}
