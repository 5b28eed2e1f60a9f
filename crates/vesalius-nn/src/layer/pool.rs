//! Pooling over volumes; the maximum is separable, so it is taken in the plane and then along z.

use burn::tensor::Tensor;
use burn::tensor::module::max_pool2d;
use burn::tensor::ops::MaxPoolOptions;

/// The mean of every channel.
///
/// # Shapes
/// - `x`: `[batch, channel, z, y, x]`
/// - output: `[batch, channel]`
pub(crate) fn global_mean(x: Tensor<5>) -> Tensor<2> {
    let [batch, channels, depth, height, width] = x.dims();
    x.reshape([batch, channels, depth * height * width]).mean_dim(2).reshape([batch, channels])
}

/// The largest sample of every channel.
///
/// # Shapes
/// - `x`: `[batch, channel, z, y, x]`
/// - output: `[batch, channel]`
pub(crate) fn global_max(x: Tensor<5>) -> Tensor<2> {
    let [batch, channels, depth, height, width] = x.dims();
    x.reshape([batch, channels, depth * height * width]).max_dim(2).reshape([batch, channels])
}

/// Maximum over cubes of edge 3 at stride 2, padded by one sample; a single slice is pooled in its plane.
///
/// # Shapes
/// - `x`: `[batch, channel, z, y, x]`
/// - output: `[batch, channel, ⌈z/2⌉, ⌈y/2⌉, ⌈x/2⌉]`
pub(crate) fn max_pool(x: Tensor<5>) -> Tensor<5> {
    let [batch, channels, depth, height, width] = x.dims();
    let in_plane = MaxPoolOptions::new([3, 3]).with_stride([2, 2]).with_padding([1, 1]);
    let x = max_pool2d(x.reshape([batch, channels * depth, height, width]), in_plane);
    let [_, _, height, width] = x.dims();
    if depth == 1 {
        return x.reshape([batch, channels, 1, height, width]);
    }
    let along_z = MaxPoolOptions::new([3, 1]).with_stride([2, 1]).with_padding([1, 0]);
    let x = max_pool2d(x.reshape([batch, channels, depth, height * width]), along_z);
    let [_, _, depth, _] = x.dims();
    x.reshape([batch, channels, depth, height, width])
}
