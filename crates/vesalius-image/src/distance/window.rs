//! Several columns at once where distances are short: every voxel looks around as far as something nearer may be.

use super::columns::Finish;
use super::envelope::Axis;

/// Columns that are done at once: as many as share a cache line.
pub(super) const LANES: usize = 16;

/// Steps for each voxel, on average, from which the lower envelope is quicker.
const STEPS_MAX: usize = 16;

type Lanes = [f32; LANES];

/// Room for the values of some columns as they were.
pub(super) struct Window {
    before: Vec<Lanes>,
}

impl Window {
    pub(super) fn new(n: usize) -> Self {
        Self { before: vec![[0.0; LANES]; n] }
    }

    /// Turns squares across the axis, none of them negative, into squares in all directions, in the columns from
    /// `first` on.
    ///
    /// Changes nothing and says `false` where distances are so long that looking around takes too many steps.
    pub(super) fn transform(&mut self, rows: &mut [&mut [f32]], first: usize, axis: &Axis, finish: Finish) -> bool {
        let n_columns = LANES.min(rows[0].len() - first);
        for (lanes, row) in self.before.iter_mut().zip(rows.iter()) {
            *lanes = [0.0; LANES];
            lanes[..n_columns].copy_from_slice(&row[first..first + n_columns]);
        }
        let n = rows.len();
        let mut n_steps = 0;
        for at in 0..n {
            let mut lanes = self.before[at];
            if !is_any_above(&lanes, 0.0) {
                continue;
            }
            n_steps += self.look_around(&mut lanes, at, axis);
            if n_steps > STEPS_MAX * n {
                self.restore(&mut rows[..at], first, n_columns);
                return false;
            }
            finish.apply(&mut lanes);
            rows[at][first..first + n_columns].copy_from_slice(&lanes[..n_columns]);
        }
        true
    }

    /// Lowers the lanes of one voxel by those around it, nearest first, and says how many steps that took.
    ///
    /// A voxel that is further than a lane's own square cannot lower it, whatever stands there.
    fn look_around(&self, lanes: &mut Lanes, at: usize, axis: &Axis) -> usize {
        let n = self.before.len();
        let mut step = 1;
        while step < n && is_any_above(lanes, axis.square(step)) {
            let square = axis.square(step);
            if let Some(before) = at.checked_sub(step) {
                lower(lanes, &self.before[before], square);
            }
            if let Some(after) = self.before.get(at + step) {
                lower(lanes, after, square);
            }
            step += 1;
        }
        step
    }

    fn restore(&self, rows: &mut [&mut [f32]], first: usize, n_columns: usize) {
        for (row, lanes) in rows.iter_mut().zip(&self.before) {
            row[first..first + n_columns].copy_from_slice(&lanes[..n_columns]);
        }
    }
}

fn lower(lanes: &mut Lanes, others: &Lanes, square: f32) {
    for (lane, other) in lanes.iter_mut().zip(others) {
        let candidate = other + square;
        // Not `min`, which has an answer for NaN and is slower for it.
        *lane = if candidate < *lane { candidate } else { *lane };
    }
}

fn is_any_above(lanes: &Lanes, square: f32) -> bool {
    // Every lane is asked, at once: leaving at the first would be one question after the other.
    lanes.iter().fold(0, |n_above, lane| n_above + u32::from(*lane > square)) > 0
}
