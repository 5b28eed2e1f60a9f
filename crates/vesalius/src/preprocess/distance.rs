//! How far every sample lies from the surface of a shape, by the exact Euclidean distance transform of Felzenszwalb and
//! Huttenlocher 2012, doi:10.4086/toc.2012.v008a019.

/// How far outside of a shape distances still count, in samples: farther out nothing is told of the shape.
const OUTSIDE_MAX: f32 = 4.0;

/// Distance in samples from every sample to the surface of the shape of those above `level`: positive inside, negative
/// outside and there no more than [`OUTSIDE_MAX`] away.
///
/// The surface lies half a sample from the centers on either side of it. What is beyond the edge of the image is not
/// known and is no goal, so an image that is all shape is 0 everywhere: it shows no surface.
///
/// # Shapes
/// - `samples`, output: `[channel, z, y, x]`, flat
pub(super) fn signed(samples: &[f32], shape: [usize; 4], level: f32) -> Vec<f32> {
    let side = |inside: bool| samples.iter().map(|&sample| (sample > level) == inside).collect::<Vec<bool>>();
    let (inwards, outwards) = (to_nearest(&side(false), shape), to_nearest(&side(true), shape));
    let distance = |(&inwards, &outwards): (&f32, &f32)| match (inwards > 0.0, inwards.is_finite()) {
        (true, true) => inwards - 0.5,
        (true, false) => 0.0,
        (false, _) => (0.5 - outwards).max(-OUTSIDE_MAX),
    };
    inwards.iter().zip(&outwards).map(distance).collect()
}

/// Distance in samples to the nearest goal of the same channel, infinite where there is none.
fn to_nearest(goals: &[bool], [_, n_z, n_y, n_x]: [usize; 4]) -> Vec<f32> {
    let mut squares: Vec<f64> = goals.iter().map(|&goal| if goal { 0.0 } else { f64::INFINITY }).collect();
    for channel in squares.chunks_exact_mut(n_z * n_y * n_x) {
        for (n, stride) in [(n_x, 1), (n_y, n_x), (n_z, n_y * n_x)] {
            along(channel, n, stride);
        }
    }
    squares.into_iter().map(|square| square.sqrt() as f32).collect()
}

/// Along one axis: the least of `square + (distance along the axis)²` over each line of `n` samples.
fn along(squares: &mut [f64], n: usize, stride: usize) {
    let mut line = vec![0.0; n];
    let mut envelope = Envelope { vertices: Vec::with_capacity(n), starts: Vec::with_capacity(n) };
    for block in squares.chunks_exact_mut(n * stride) {
        for offset in 0..stride {
            for (value, square) in line.iter_mut().zip(block[offset..].iter().step_by(stride)) {
                *value = *square;
            }
            if line.iter().all(|&value| value <= 0.0) {
                continue;
            }
            envelope.raise(&line);
            envelope.read(&line, block[offset..].iter_mut().step_by(stride));
        }
    }
}

/// The lower envelope of one parabola for each sample of a line.
struct Envelope {
    /// Samples whose parabola is lowest somewhere, ascending.
    vertices: Vec<usize>,
    /// Where each becomes the lowest.
    starts: Vec<f64>,
}

impl Envelope {
    fn raise(&mut self, line: &[f64]) {
        self.vertices.clear();
        self.starts.clear();
        for (at, height) in line.iter().enumerate().filter(|(_, height)| height.is_finite()) {
            let mut start = f64::NEG_INFINITY;
            while let (Some(&vertex), Some(&before)) = (self.vertices.last(), self.starts.last()) {
                let (place, other) = (at as f64, vertex as f64);
                start = (height + place * place - line[vertex] - other * other) / (2.0 * (place - other));
                if start > before {
                    break;
                }
                self.vertices.pop();
                self.starts.pop();
                start = f64::NEG_INFINITY;
            }
            self.vertices.push(at);
            self.starts.push(start);
        }
    }

    /// Lines without a vertex have no goal near yet, and stay as they are.
    fn read<'a>(&self, line: &[f64], out: impl Iterator<Item = &'a mut f64>) {
        if self.vertices.is_empty() {
            return;
        }
        let mut lowest = 0;
        for (at, out) in out.enumerate() {
            while self.starts.get(lowest + 1).is_some_and(|&start| start < at as f64) {
                lowest += 1;
            }
            let distance = at as f64 - self.vertices[lowest] as f64;
            *out = line[self.vertices[lowest]] + distance * distance;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, sample against sample.
    fn slow(goals: &[bool], [_, n_z, n_y, n_x]: [usize; 4]) -> Vec<f32> {
        let place = |at: usize| [at / (n_y * n_x), at / n_x % n_y, at % n_x].map(|v| v as f64);
        let channels = goals.chunks_exact(n_z * n_y * n_x);
        channels
            .flat_map(|channel| {
                let goals: Vec<[f64; 3]> = (0..channel.len()).filter(|&at| channel[at]).map(place).collect();
                (0..channel.len()).map(move |at| {
                    let square = |other: &[f64; 3]| (0..3).map(|i| (place(at)[i] - other[i]).powi(2)).sum::<f64>();
                    goals.iter().map(square).fold(f64::INFINITY, f64::min).sqrt() as f32
                })
            })
            .collect()
    }

    #[test]
    fn is_the_distance_to_the_nearest_goal() {
        for (case, shape) in [[1, 5, 6, 7], [2, 1, 9, 8], [1, 8, 1, 1], [3, 4, 4, 4]].into_iter().enumerate() {
            for share in 0..7_usize {
                let hash = |at: usize| (at + 31 * case).wrapping_mul(2_654_435_761) >> 7;
                let goals: Vec<bool> = (0..shape.iter().product()).map(|at| hash(at) % 6 < share).collect();
                assert_eq!(to_nearest(&goals, shape), slow(&goals, shape), "{shape:?}, {share} of 6 are goals");
            }
        }
    }

    #[test]
    fn a_slab_is_told_by_the_distance_from_its_surface() {
        let slab = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 255.0, 255.0, 255.0, 0.0];
        let expected = [-4.0, -4.0, -3.5, -2.5, -1.5, -0.5, 0.5, 1.5, 0.5, -0.5];
        assert_eq!(signed(&slab, [1, 1, 1, 10], 127.5), expected);
        assert_eq!(signed(&[255.0; 8], [1, 2, 2, 2], 127.5), [0.0; 8]);
        assert_eq!(signed(&[0.0; 8], [1, 2, 2, 2], 127.5), [-OUTSIDE_MAX; 8]);
    }
}
