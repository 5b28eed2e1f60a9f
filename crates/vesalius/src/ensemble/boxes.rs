//! Tables of boxes: image by image one box for each that models agree on, in `boxes.csv`.

use std::collections::BTreeMap;
use std::path::Path;

use vesalius_stats::fuse::{ScoredBox, weighted_boxes};

use super::inputs::Inputs;
use super::{Ensembled, in_case, write_table};
use crate::error::{Error, ErrorKind, Result};
use crate::predictions::table::{Table, case_column};

/// Columns of corners; the last two may be left out.
const CORNERS: [&str; 6] = ["x_min", "y_min", "x_max", "y_max", "z_min", "z_max"];

/// The boxes of all models.
#[derive(Default)]
struct Found {
    /// Names of labels in the order in which they are first met.
    labels: Vec<String>,
    /// Whether boxes have an extent along z; told by the first table.
    is_deep: Option<bool>,
    /// `[case][model]`.
    cases: BTreeMap<String, Vec<Vec<ScoredBox>>>,
}

pub(super) fn fuse(inputs: &Inputs, out: &Path) -> Result<Ensembled> {
    let mut found = Found::default();
    for (model, path) in inputs.paths.iter().enumerate() {
        found.read(path, model, inputs.paths.len())?;
    }
    let n_corners = if found.is_deep == Some(true) { 6 } else { 4 };
    let mut rows =
        vec![["case", "label", "score"].iter().chain(&CORNERS[..n_corners]).map(|&n| n.to_owned()).collect()];
    for (case, models) in &found.cases {
        for fused in weighted_boxes(models).map_err(in_case(case.as_str()))? {
            let mut row = vec![case.clone(), found.labels[fused.label].clone(), fused.score.to_string()];
            let ([x_min, y_min, z_min], [x_max, y_max, z_max]) = (fused.min, fused.max);
            let corners = [x_min, y_min, x_max, y_max, z_min, z_max];
            row.extend(corners[..n_corners].iter().map(f64::to_string));
            rows.push(row);
        }
    }
    let mut done = Ensembled { n_cases: found.cases.len(), ..Ensembled::default() };
    write_table(&mut done, out.join("boxes.csv"), rows)?;
    Ok(done)
}

impl Found {
    fn read(&mut self, path: &Path, model: usize, n_models: usize) -> Result<()> {
        let table = Table::named(path, "case, label, score, x_min, …")?;
        let case_at = case_column(&table, None)?;
        let label_at = table.usual(&["label", "class", "class_name"]);
        let score_at = table.given("score")?;
        let is_deep = table.usual(&CORNERS[4..5]).is_some();
        if *self.is_deep.get_or_insert(is_deep) != is_deep {
            let message = format!(
                "{} has {} extent along z, unlike the tables before; expected boxes of one kind",
                path.display(),
                if is_deep { "an" } else { "no" }
            );
            return Err(Error::new(ErrorKind::Data, message));
        }
        let corners = CORNERS[..if is_deep { 6 } else { 4 }].iter().map(|name| table.given(name));
        let corners = corners.collect::<Result<Vec<usize>>>()?;
        for row in 0..table.rows.len() {
            let case = table.cell(row, case_at).to_owned();
            let label = label_at.map_or("", |at| table.cell(row, at));
            let values = corners.iter().map(|&at| table.score(row, at, &case)).collect::<Result<Vec<f64>>>()?;
            // A flat box is as deep as all others, so that depth does not change how far they overlap.
            let (z_min, z_max) = if is_deep { (values[4], values[5]) } else { (0.0, 1.0) };
            let found = ScoredBox {
                label: self.label(label),
                score: table.score(row, score_at, &case)?,
                min: [values[0], values[1], z_min],
                max: [values[2], values[3], z_max],
            };
            self.cases.entry(case).or_insert_with(|| vec![Vec::new(); n_models])[model].push(found);
        }
        Ok(())
    }

    fn label(&mut self, name: &str) -> usize {
        self.labels.iter().position(|label| label == name).unwrap_or_else(|| {
            self.labels.push(name.to_owned());
            self.labels.len() - 1
        })
    }
}
