//! Arithmetic on plain slices, written for the processor: what Burn's CPU backend does too slowly.
//!
//! Axis order is `[batch, channel, z, y, x]` for images and `[out, in / groups, z, y, x]` for kernels.
//! Every sum runs in an order that depends on shapes alone, so results are the same bytes for any number of threads.

mod axis;
mod depthwise;
mod field;
mod gather;
pub(crate) mod norm;
mod tile;
mod weight;

use axis::Window;

/// Stride, padding, dilation along z, y, x, and groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ConvShape {
    pub(crate) stride: [usize; 3],
    /// Zeros on both sides.
    pub(crate) padding: [usize; 3],
    pub(crate) dilation: [usize; 3],
    pub(crate) groups: usize,
}

/// A convolution of known sizes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Convolution {
    n_batch: usize,
    n_in: usize,
    n_out: usize,
    n_groups: usize,
    windows: [Window; 3],
}

impl Convolution {
    /// # Panics
    /// If channels do not divide into groups, or the kernel is larger than the padded image.
    pub(crate) fn new(x: [usize; 5], weight: [usize; 5], shape: ConvShape) -> Self {
        let [n_batch, n_in, ..] = x;
        let [n_out, per_group, ..] = weight;
        let n_groups = shape.groups;
        assert!(n_groups > 0 && n_out % n_groups == 0, "{n_out} output channels do not divide into {n_groups} groups");
        assert_eq!(per_group * n_groups, n_in, "a kernel for {per_group} channels in {n_groups} groups meets {n_in}");
        let windows = std::array::from_fn(|axis| {
            let (input, kernel) = (x[axis + 2], weight[axis + 2]);
            let (stride, padding, dilation) = (shape.stride[axis], shape.padding[axis], shape.dilation[axis]);
            let reach = dilation * (kernel - 1) + 1;
            let padded = input + 2 * padding;
            assert!(padded >= reach, "a kernel that reaches {reach} samples does not fit an image of {padded}");
            Window { input, output: (padded - reach) / stride + 1, kernel, stride, padding, dilation }
        });
        Self { n_batch, n_in, n_out, n_groups, windows }
    }

    /// `[batch, out, z, y, x]`.
    pub(crate) fn output_shape(&self) -> [usize; 5] {
        let [z, y, x] = self.windows.map(|w| w.output);
        [self.n_batch, self.n_out, z, y, x]
    }

    /// `[batch, in, z, y, x]`.
    pub(crate) fn input_shape(&self) -> [usize; 5] {
        let [z, y, x] = self.windows.map(|w| w.input);
        [self.n_batch, self.n_in, z, y, x]
    }

    /// `[out, in / groups, z, y, x]`.
    pub(crate) fn weight_shape(&self) -> [usize; 5] {
        let [z, y, x] = self.kernel();
        [self.n_out, self.n_in / self.n_groups, z, y, x]
    }

    /// `y[b, o, p] = Σ x[b, c, p · stride + k · dilation − padding] · weight[o, c, k]`.
    pub(crate) fn forward(&self, x: &[f32], weight: &[f32]) -> Vec<f32> {
        check(&[(x, self.input_shape()), (weight, self.weight_shape())]);
        if self.is_depthwise() { depthwise::forward(self, x, weight) } else { gather::forward(self, x, weight) }
    }

    /// The gradient by `x`, given that by `y`.
    pub(crate) fn input_gradient(&self, y: &[f32], weight: &[f32]) -> Vec<f32> {
        check(&[(y, self.output_shape()), (weight, self.weight_shape())]);
        if self.is_depthwise() {
            depthwise::input_gradient(self, y, weight)
        } else {
            gather::input_gradient(self, y, weight)
        }
    }

    /// The gradient by `weight`, given that by `y`.
    pub(crate) fn weight_gradient(&self, x: &[f32], y: &[f32]) -> Vec<f32> {
        check(&[(x, self.input_shape()), (y, self.output_shape())]);
        if self.is_depthwise() { depthwise::weight_gradient(self, x, y) } else { weight::gradient(self, x, y) }
    }

    /// Whether every channel has a kernel of its own, which leaves nothing to multiply as matrices.
    fn is_depthwise(&self) -> bool {
        self.n_groups > 1 && self.n_in == self.n_groups && self.n_out == self.n_groups
    }

    fn kernel(&self) -> [usize; 3] {
        self.windows.map(|w| w.kernel)
    }
}

fn check(slices: &[(&[f32], [usize; 5])]) {
    for (slice, shape) in slices {
        assert_eq!(slice.len(), shape.iter().product::<usize>(), "samples do not fill the shape {shape:?}");
    }
}

#[cfg(test)]
mod tests;
