//! The one-to-one assignment with the greatest sum of weights: the Hungarian method by shortest augmenting paths.
//!
//! Kuhn 1955 (doi:10.1002/nav.3800020109), in the form of Jonker and Volgenant 1987 (doi:10.1007/BF02278710): O(n² m)
//! with n the smaller side. Of equally good ones the choice is that of the lower indices, as far as paths reach them.

/// The pairs (row, column) of positive weight; `weight(row, column)` is 0 where none may be made.
pub(super) fn assign(n_rows: usize, n_columns: usize, weight: &dyn Fn(usize, usize) -> f64) -> Vec<(usize, usize)> {
    let mut pairs = if n_rows <= n_columns {
        Search::run(n_rows, n_columns, weight)
    } else {
        let swapped = Search::run(n_columns, n_rows, &|row, column| weight(column, row));
        swapped.into_iter().map(|(row, column)| (column, row)).collect()
    };
    pairs.retain(|&(row, column)| weight(row, column) > 0.0);
    pairs.sort_unstable();
    pairs
}

/// Duals of rows and columns, and which row each column has; index 0 stands for none.
struct Search<'w> {
    weight: &'w dyn Fn(usize, usize) -> f64,
    of_rows: Vec<f64>,
    of_columns: Vec<f64>,
    row_of: Vec<usize>,
}

impl<'w> Search<'w> {
    /// All rows are given a column; there are at least as many columns.
    fn run(n_rows: usize, n_columns: usize, weight: &'w dyn Fn(usize, usize) -> f64) -> Vec<(usize, usize)> {
        let mut search = Self {
            weight,
            of_rows: vec![0.0; n_rows + 1],
            of_columns: vec![0.0; n_columns + 1],
            row_of: vec![0; n_columns + 1],
        };
        for row in 1..=n_rows {
            search.place(row);
        }
        let placed = search.row_of.iter().enumerate().skip(1).filter(|(_, row)| **row > 0);
        placed.map(|(column, row)| (row - 1, column - 1)).collect()
    }

    /// Gives a row a column, along the cheapest path of rows that move over.
    fn place(&mut self, row: usize) {
        let n_columns = self.row_of.len() - 1;
        let mut least = vec![f64::INFINITY; n_columns + 1];
        let mut before = vec![0; n_columns + 1];
        let mut is_reached = vec![false; n_columns + 1];
        self.row_of[0] = row;
        let mut at = 0;
        while self.row_of[at] != 0 {
            is_reached[at] = true;
            let (row, mut step, mut next) = (self.row_of[at], f64::INFINITY, 0);
            for column in (1..=n_columns).filter(|column| !is_reached[*column]) {
                let cost = -(self.weight)(row - 1, column - 1) - self.of_rows[row] - self.of_columns[column];
                if cost < least[column] {
                    (least[column], before[column]) = (cost, at);
                }
                if least[column] < step {
                    (step, next) = (least[column], column);
                }
            }
            for column in 0..=n_columns {
                if is_reached[column] {
                    self.of_rows[self.row_of[column]] += step;
                    self.of_columns[column] -= step;
                } else {
                    least[column] -= step;
                }
            }
            at = next;
        }
        while at != 0 {
            self.row_of[at] = self.row_of[before[at]];
            at = before[at];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(weights: &[&[f64]], expected: &[(usize, usize)]) {
        let n_columns = weights.first().map_or(0, |row| row.len());
        assert_eq!(assign(weights.len(), n_columns, &|row, column| weights[row][column]), expected);
    }

    #[test]
    fn the_greatest_sum_wins() {
        check(&[], &[]);
        check(&[&[0.0]], &[]);
        check(&[&[1.0, 2.0]], &[(0, 1)]);
        check(&[&[1.0], &[2.0]], &[(1, 0)]);
        check(&[&[1.9, 1.2], &[1.5, 0.0]], &[(0, 1), (1, 0)]);
        check(&[&[0.0, 1.2, 1.0], &[0.0, 1.3, 0.0], &[0.0, 0.0, 0.0]], &[(0, 2), (1, 1)]);
    }

    /// Against all permutations of small tables.
    #[test]
    fn it_is_as_good_as_trying_all() {
        let mut state = 1_u64;
        let mut random = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let share = (state >> 40) as f64 / f64::from(1_u32 << 24);
            if share < 0.4 { 0.0 } else { share }
        };
        for round in 0..200 {
            let (n_rows, n_columns) = (1 + round % 4, 1 + (round / 4) % 5);
            let table: Vec<Vec<f64>> = (0..n_rows).map(|_| (0..n_columns).map(|_| random()).collect()).collect();
            let found = assign(n_rows, n_columns, &|row, column| table[row][column]);
            let sum: f64 = found.iter().map(|&(row, column)| table[row][column]).sum();
            let best = best(&table, 0, &mut vec![false; n_columns]);
            assert!((sum - best).abs() < 1e-12, "{sum} of {best}");
        }
    }

    fn best(table: &[Vec<f64>], row: usize, is_taken: &mut Vec<bool>) -> f64 {
        let Some(weights) = table.get(row) else { return 0.0 };
        let mut most = best(table, row + 1, is_taken);
        for column in 0..weights.len() {
            if !is_taken[column] {
                is_taken[column] = true;
                most = most.max(weights[column] + best(table, row + 1, is_taken));
                is_taken[column] = false;
            }
        }
        most
    }
}
