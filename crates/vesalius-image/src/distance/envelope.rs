//! One column: the lower envelope of parabolas, one for each voxel, and its values at the voxels.

/// Runs up to this length are done without an envelope.
const SHORT: usize = 4;

/// What depends on the axis alone, made once for all its columns.
pub(super) struct Axis {
    n: usize,
    /// Squared distance of two voxels by their difference, from `-n - 1` to `n + 1`.
    squares: Vec<f32>,
    /// The reciprocal of twice the squared spacing and the difference of two voxels, up to `n + 1`.
    reciprocals: Vec<f64>,
}

impl Axis {
    pub(super) fn new(n: usize, spacing_mm: f64) -> Self {
        let steps = (0..=n + 1).map(|step| step as f64 * spacing_mm);
        let squares: Vec<f32> = steps.map(|mm| (mm * mm) as f32).collect();
        let reciprocals = (0..=n + 1).map(|step| 0.5 / (spacing_mm * spacing_mm * step as f64)).collect();
        let both = squares.iter().rev().chain(&squares[1..]).copied().collect();
        Self { n, squares: both, reciprocals }
    }

    /// Squared distance of two voxels so many steps apart, at most one more than there are voxels.
    pub(super) fn square(&self, n_steps: usize) -> f32 {
        self.squares[self.n + 1 + n_steps]
    }

    /// Squared distances from voxel `at` to voxels from `first` on.
    fn squares(&self, first: usize, at: usize) -> &[f32] {
        &self.squares[self.n + 1 + first - at..]
    }
}

/// A parabola of the envelope.
#[derive(Clone, Copy, Default)]
struct Parabola {
    /// Its value at its vertex.
    height: f64,
    /// It is the lowest for positions above this, up to where the next one is.
    from: f64,
    /// Where its vertex is.
    at: usize,
}

/// Room for the parabolas of one column.
pub(super) struct Envelope {
    parabolas: Vec<Parabola>,
    n: usize,
}

impl Envelope {
    pub(super) fn new(axis: &Axis) -> Self {
        Self { parabolas: vec![Parabola::default(); axis.n + 2], n: 0 }
    }

    /// Turns distances within slices across the axis into distances within the slices and along it.
    ///
    /// Values are squares whose signs are the sides; those that are 0 stay.
    pub(super) fn transform(&mut self, column: &mut [f32], axis: &Axis) {
        let n = column.len();
        let mut start = 0;
        while start < n {
            let end = run_end(column, start);
            let run = &mut column[start..end];
            let ends = [start > 0, end < n];
            if run[0] > 0.0 {
                self.transform_run(run, ends, axis);
            } else if run[0] < 0.0 {
                negate(run);
                self.transform_run(run, ends, axis);
                negate(run);
            }
            start = end;
        }
    }

    fn transform_run(&mut self, run: &mut [f32], ends: [bool; 2], axis: &Axis) {
        if run.len() <= SHORT {
            transform_short(run, ends, axis);
            return;
        }
        self.build(run, ends, axis);
        self.fill(run, axis);
    }

    /// The same for positive squares alone, and takes along which voxel is nearest; `before` is room for a column.
    pub(super) fn transform_with_nearest(
        &mut self,
        column: &mut [f32],
        nearest: &mut [u32],
        before: &mut Vec<u32>,
        axis: &Axis,
    ) {
        before.clear();
        before.extend_from_slice(nearest);
        let n = column.len();
        let mut start = 0;
        while start < n {
            let end = run_end(column, start);
            if column[start] > 0.0 {
                self.build(&column[start..end], [start > 0, end < n], axis);
                self.fill(&mut column[start..end], axis);
                for (parabola, low, high) in self.pieces(end - start) {
                    // Positions in a run begin with 1; 0 is the other side before it.
                    nearest[start + low - 1..start + high].fill(before[start + parabola.at - 1]);
                }
            }
            start = end;
        }
    }

    /// Finds the envelope of a run, whose positions are 1 to its length; `ends` says which ends have the other
    /// side beyond them, at distance 0.
    fn build(&mut self, run: &[f32], [left, right]: [bool; 2], axis: &Axis) {
        let last = run.len() as f64;
        self.n = 0;
        if left {
            self.add(0, 0.0, last, axis);
        }
        for (idx, height) in run.iter().enumerate() {
            if *height < f32::INFINITY {
                self.add(idx + 1, f64::from(*height), last, axis);
            }
        }
        if right {
            self.add(run.len() + 1, 0.0, last, axis);
        }
    }

    #[inline]
    fn add(&mut self, at: usize, height: f64, last: f64, axis: &Axis) {
        while self.n > 0 {
            let top = self.parabolas[self.n - 1];
            let crossing =
                (height - top.height) * axis.reciprocals[at - top.at] + 0.5 * (at as i64 + top.at as i64) as f64;
            if crossing > top.from {
                if crossing < last {
                    self.parabolas[self.n] = Parabola { height, from: crossing, at };
                    self.n += 1;
                }
                return;
            }
            self.n -= 1;
        }
        self.parabolas[0] = Parabola { height, from: 0.0, at };
        self.n = 1;
    }

    /// Which parabola is the lowest from which position to which, both included.
    fn pieces(&self, n: usize) -> impl Iterator<Item = (Parabola, usize, usize)> {
        let parabolas = &self.parabolas[..self.n];
        let ends = parabolas.iter().skip(1).map(|next| next.from as i64 as usize).chain([n]);
        let mut low = 1;
        parabolas.iter().zip(ends).filter_map(move |(parabola, high)| {
            let piece = (low <= high).then_some((*parabola, low, high));
            low = low.max(high + 1);
            piece
        })
    }

    fn fill(&self, run: &mut [f32], axis: &Axis) {
        let mut low = 1;
        for idx in 0..self.n {
            let Parabola { height, at, .. } = self.parabolas[idx];
            let high = if idx + 1 < self.n { self.parabolas[idx + 1].from as i64 as usize } else { run.len() };
            let squares = axis.squares(low, at);
            let mut position = low;
            while position <= high {
                run[position - 1] = height as f32 + squares[position - low];
                position += 1;
            }
            low = position;
        }
    }
}

/// Compares every voxel with every other, which is quicker where there are few.
fn transform_short(run: &mut [f32], [left, right]: [bool; 2], axis: &Axis) {
    let mut heights = [f32::INFINITY; SHORT + 2];
    let n = run.len();
    heights[1..=n].copy_from_slice(run);
    if left {
        heights[0] = 0.0;
    }
    if right {
        heights[n + 1] = 0.0;
    }
    for (idx, value) in run.iter_mut().enumerate() {
        // The table is symmetric: position minus vertex or vertex minus position.
        let squares = axis.squares(0, idx + 1);
        let heights = &heights[..n + 2];
        *value = heights.iter().zip(squares).fold(f32::INFINITY, |best, (height, square)| best.min(height + square));
    }
}

fn negate(run: &mut [f32]) {
    for value in run {
        *value = -*value;
    }
}

/// Where the run that begins at `start` ends: its values have one sign.
fn run_end(column: &[f32], start: usize) -> usize {
    let rest = &column[start..];
    let length = match rest[0] {
        first if first > 0.0 => rest.iter().position(|value| *value <= 0.0),
        first if first < 0.0 => rest.iter().position(|value| *value >= 0.0),
        _ => rest.iter().position(|value| *value != 0.0),
    };
    start + length.unwrap_or(rest.len())
}
