//! Grids of scores: `case, row, column, score`, called positive by crosses, in `calls.csv`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use vesalius_stats::fuse::{Mean, cross};

use super::inputs::Inputs;
use super::{EnsembleConfig, Ensembled, in_case, write_table};
use crate::error::{Error, ErrorKind, Result};
use crate::predictions::table::{Table, case_column};

/// More rows or columns than any grid of patches has; a larger number is a mistake, and would cost memory.
const SIDE_MAX: usize = 4096;

/// Scores by place.
type Cells = BTreeMap<(usize, usize), f64>;

pub(super) fn fuse(inputs: &Inputs, config: &EnsembleConfig, out: &Path) -> Result<Ensembled> {
    let members = inputs.paths.iter().map(|path| read(path)).collect::<Result<Vec<_>>>()?;
    let mut done = Ensembled::default();
    let mut rows = vec![["case", "positive", "n_centers"].map(str::to_owned).to_vec()];
    for case in members[0].keys() {
        let grids: Option<Vec<&Cells>> = members.iter().map(|member| member.get(case)).collect();
        let Some(grids) = grids else {
            done.notes.push(format!("case {case} left out, as not all members have it"));
            continue;
        };
        let (grid, shape) = mean(case, &grids)?;
        let found = cross(&grid, shape, config.threshold).map_err(in_case(case.as_str()))?;
        rows.push(vec![case.clone(), u8::from(found.is_positive()).to_string(), found.n_centers.to_string()]);
    }
    let beside = members[1..].iter().flat_map(BTreeMap::keys).filter(|case| !members[0].contains_key(*case));
    let beside: BTreeSet<&String> = beside.collect();
    done.notes.extend(beside.into_iter().map(|case| format!("case {case} left out, as not all members have it")));
    done.n_cases = rows.len() - 1;
    write_table(&mut done, out.join("calls.csv"), rows)?;
    Ok(done)
}

/// The mean grid of a case, row-major, and its shape; an error where cells are missing.
fn mean(case: &str, grids: &[&Cells]) -> Result<(Vec<f64>, [usize; 2])> {
    let places = || grids.iter().flat_map(|grid| grid.keys());
    let n_rows = places().map(|(row, _)| row + 1).max().unwrap_or(0);
    let n_columns = places().map(|(_, column)| column + 1).max().unwrap_or(0);
    let mut mean = Mean::default();
    for grid in grids {
        if grid.len() != n_rows * n_columns {
            let message = format!(
                "case {case} has {} of {n_rows} x {n_columns} cells; expected every row and column from 0, the same for all \
                 members",
                grid.len()
            );
            return Err(Error::new(ErrorKind::Data, message));
        }
        let cells: Vec<f64> = grid.values().copied().collect();
        mean.add(cells.into_iter()).map_err(in_case(case))?;
    }
    Ok((mean.finish().map_err(in_case(case))?, [n_rows, n_columns]))
}

fn read(path: &Path) -> Result<BTreeMap<String, Cells>> {
    let table = Table::named(path, "case, row, column, score")?;
    let case_at = case_column(&table, None)?;
    let [row_at, column_at, score_at] = [table.given("row")?, table.given("column")?, table.given("score")?];
    let mut cases: BTreeMap<String, Cells> = BTreeMap::new();
    for row in 0..table.rows.len() {
        let case = table.cell(row, case_at);
        let place = |at: usize| {
            let number = table.cell(row, at).parse().ok().filter(|number: &usize| *number < SIDE_MAX);
            number.ok_or_else(|| {
                let message = format!(
                    "{} has {:?} as place of a cell of case {case:?}; expected a whole number from 0, below {SIDE_MAX}",
                    path.display(),
                    table.cell(row, at)
                );
                Error::new(ErrorKind::Data, message)
            })
        };
        let place = (place(row_at)?, place(column_at)?);
        let score = table.score(row, score_at, case)?;
        if cases.entry(case.to_owned()).or_default().insert(place, score).is_some() {
            let message = format!("{} has cell {place:?} of case {case:?} twice; remove one", path.display());
            return Err(Error::new(ErrorKind::Data, message));
        }
    }
    Ok(cases)
}
