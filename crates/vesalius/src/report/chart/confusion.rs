//! The confusion matrix: truth in rows, prediction in columns, counts and shares of the row.

use super::svg::{Anchor, Svg, fitted, width_px};

/// One cell of the matrix.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::report) struct ConfusionCell {
    /// Cases.
    pub(in crate::report) n: u64,
    /// Share of the cases of this row; `None` for an empty row.
    pub(in crate::report) share: Option<f64>,
}

/// Draws the matrix; `cells[truth][predicted]` in the order of `classes`.
pub(in crate::report) fn confusion(classes: &[String], cells: &[Vec<ConfusionCell>]) -> Svg {
    let k = classes.len().max(1) as f64;
    let cell = (420.0 / k).clamp(44.0, 84.0);
    let label_px = classes.iter().map(|class| width_px(class)).fold(40.0, f64::max).min(150.0);
    // Where names are wider than cells, neighbors share the width and every second one stands a line higher.
    let is_narrow = classes.iter().any(|class| width_px(class) > cell - 4.0);
    let (left, top) = (label_px + 34.0, if is_narrow { 58.0 } else { 42.0 });
    let (width, height) = (left + cell * k + 8.0, top + cell * k + 8.0);
    let mut svg = Svg::new(width, height, "Confusion matrix", &description(classes, cells));
    svg.text("axis-title", (left + cell * k / 2.0, 14.0), Anchor::Middle, "Predicted");
    svg.upward_text("axis-title", (11.0, top + cell * k / 2.0), "Truth");
    for (idx, class) in classes.iter().enumerate() {
        let middle = (idx as f64 + 0.5) * cell;
        svg.text("label", (left - 8.0, top + middle + 4.0), Anchor::End, &fitted(class, label_px));
        let (raised, room) = if is_narrow { (16.0 * (idx % 2) as f64, 2.0 * cell - 8.0) } else { (0.0, cell) };
        let level = top - 8.0 - raised;
        svg.text("label", (left + middle, level), Anchor::Middle, &fitted(class, room));
    }
    for (row, line) in cells.iter().enumerate() {
        for (column, value) in line.iter().enumerate() {
            let corner = (left + column as f64 * cell, top + row as f64 * cell);
            draw_cell(&mut svg, corner, cell, *value, row == column);
        }
    }
    svg
}

fn draw_cell(svg: &mut Svg, (x, y): (f64, f64), cell: f64, value: ConfusionCell, is_diagonal: bool) {
    let share = value.share.unwrap_or(0.0);
    svg.rectangle("cell", (x, y), (cell, cell));
    svg.shaded("shade", (x, y), (cell, cell), Some(0.9 * share));
    if is_diagonal {
        svg.rectangle("diagonal", (x + 1.5, y + 1.5), (cell - 3.0, cell - 3.0));
    }
    let suffix = if share > 0.55 { " on-dark" } else { "" };
    let middle = (x + cell / 2.0, y + cell / 2.0);
    // An empty cell steps back, so that the errors that were made stand out.
    let (class, level) =
        if value.n == 0 { ("zero".to_owned(), middle.1 + 4.0) } else { (format!("count{suffix}"), middle.1 - 1.0) };
    svg.text(&class, (middle.0, level), Anchor::Middle, &value.n.to_string());
    if let Some(share) = value.share.filter(|_| value.n > 0) {
        svg.text(
            &format!("share{suffix}"),
            (middle.0, middle.1 + 13.0),
            Anchor::Middle,
            &format!("{:.1}%", 100.0 * share),
        );
    }
}

fn description(classes: &[String], cells: &[Vec<ConfusionCell>]) -> String {
    let row = |(class, line): (&String, &Vec<ConfusionCell>)| {
        let counts: Vec<String> =
            classes.iter().zip(line).map(|(name, value)| format!("{} predicted {name}", value.n)).collect();
        format!("Of truth {class}: {}", counts.join(", "))
    };
    classes.iter().zip(cells).map(row).collect::<Vec<_>>().join(". ")
}
