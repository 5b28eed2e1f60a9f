//! The convolution as an operation of Burn: our kernels on the CPU, Burn's elsewhere, one gradient for both.

use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::{
    NodeId,
    ops::{Backward, Ops, OpsKind},
};
use burn::backend::ops::ModuleOps;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::ops::ConvOptions;
use burn::tensor::{DType, Tensor};

use super::flat::{floats, tensor};
pub(crate) use crate::kernel::ConvShape;
use crate::kernel::Convolution;

/// Cross-correlation without bias, as networks understand convolution.
///
/// # Shapes
/// - `x`: `[batch, in, z, y, x]`
/// - `weight`: `[out, in / groups, z, y, x]`
/// - output: `[batch, out, z, y, x]`
pub(crate) fn conv(x: Tensor<5>, weight: Tensor<5>, shape: ConvShape) -> Tensor<5> {
    let y = <Dispatch as ConvBackend>::vesalius_conv(x.into_dispatch(), weight.into_dispatch(), shape);
    Tensor::from_dispatch(y)
}

/// The names carry a prefix, since they share a namespace with Burn's own operations.
#[backend_extension(Flex, Cube: cfg(feature = "gpu"), Autodiff)]
pub(crate) trait ConvBackend: Backend {
    fn vesalius_conv(x: FloatTensor<Self>, weight: FloatTensor<Self>, shape: ConvShape) -> FloatTensor<Self> {
        Self::conv3d(x, weight, None, options(shape))
    }

    /// The gradient by `x`, given that by the output.
    fn vesalius_conv_x_gradient(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        shape: ConvShape,
    ) -> FloatTensor<Self> {
        Self::conv3d_x_backward(x, weight, gradient, options(shape))
    }

    /// The gradient by `weight`, given that by the output.
    fn vesalius_conv_weight_gradient(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        shape: ConvShape,
    ) -> FloatTensor<Self> {
        Self::conv3d_weight_backward(x, weight, gradient, options(shape))
    }
}

fn options(shape: ConvShape) -> ConvOptions<3> {
    ConvOptions::new(shape.stride, shape.padding, shape.dilation, shape.groups)
}

impl ConvBackend for Flex {
    fn vesalius_conv(x: FloatTensor<Self>, weight: FloatTensor<Self>, shape: ConvShape) -> FloatTensor<Self> {
        if x.dtype() != DType::F32 {
            return Self::conv3d(x, weight, None, options(shape));
        }
        let conv = Convolution::new(x.shape().dims(), weight.shape().dims(), shape);
        tensor(conv.forward(&floats(&x), &floats(&weight)), conv.output_shape())
    }

    fn vesalius_conv_x_gradient(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        shape: ConvShape,
    ) -> FloatTensor<Self> {
        if x.dtype() != DType::F32 {
            return Self::conv3d_x_backward(x, weight, gradient, options(shape));
        }
        let conv = Convolution::new(x.shape().dims(), weight.shape().dims(), shape);
        tensor(conv.input_gradient(&floats(&gradient), &floats(&weight)), conv.input_shape())
    }

    fn vesalius_conv_weight_gradient(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        shape: ConvShape,
    ) -> FloatTensor<Self> {
        if x.dtype() != DType::F32 {
            return Self::conv3d_weight_backward(x, weight, gradient, options(shape));
        }
        let conv = Convolution::new(x.shape().dims(), weight.shape().dims(), shape);
        tensor(conv.weight_gradient(&floats(&x), &floats(&gradient)), conv.weight_shape())
    }
}

#[cfg(feature = "gpu")]
impl ConvBackend for burn::backend::Cube {}

#[derive(Debug)]
struct ConvStep;

impl<B: ConvBackend> Backward<B, 2> for ConvStep {
    type State = (NodeId, NodeId, ConvShape);

    fn backward(self, ops: Ops<Self::State, 2>, gradients: &mut Gradients, saved: &mut Checkpointer) {
        let [x_node, weight_node] = ops.parents;
        let (x, weight, shape) = ops.state;
        let gradient = gradients.consume::<B>(&ops.node);
        let x = saved.retrieve_node_output::<B::FloatTensorPrimitive>(x);
        let weight = saved.retrieve_node_output::<B::FloatTensorPrimitive>(weight);
        if let Some(node) = x_node {
            let by_x = B::vesalius_conv_x_gradient(x.clone(), weight.clone(), gradient.clone(), shape);
            gradients.register::<B>(node.id, by_x);
        }
        if let Some(node) = weight_node {
            gradients.register::<B>(node.id, B::vesalius_conv_weight_gradient(x, weight, gradient, shape));
        }
    }
}

impl<B: ConvBackend, C: CheckpointStrategy> ConvBackend for Autodiff<B, C> {
    fn vesalius_conv(x: FloatTensor<Self>, weight: FloatTensor<Self>, shape: ConvShape) -> FloatTensor<Self> {
        match ConvStep.prepare::<C>([x.node(), weight.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut prep) => {
                let state = (prep.checkpoint(&x), prep.checkpoint(&weight), shape);
                prep.finish(state, B::vesalius_conv(x.into_primitive(), weight.into_primitive(), shape))
            }
            OpsKind::UnTracked(prep) => {
                prep.finish(B::vesalius_conv(x.into_primitive(), weight.into_primitive(), shape))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::module::conv3d;
    use burn::tensor::{Device, TensorData};
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn noise(shape: [usize; 5], rng: &mut ChaCha8Rng, device: &Device) -> Tensor<5> {
        let values: Vec<f32> = (0..shape.iter().product()).map(|_| rng.random_range(-1.0..1.0)).collect();
        Tensor::from_data(TensorData::new(values, shape), device)
    }

    /// Output and both gradients of `Σ probe · f(x, weight)`.
    fn gradients(
        f: impl Fn(Tensor<5>, Tensor<5>) -> Tensor<5>,
        x: &Tensor<5>,
        weight: &Tensor<5>,
        probe: &dyn Fn([usize; 5]) -> Tensor<5>,
    ) -> [Vec<f32>; 3] {
        let (x, weight) = (x.clone().require_grad(), weight.clone().require_grad());
        let y = f(x.clone(), weight.clone());
        let loss = (y.clone() * probe(y.dims())).sum();
        let grads = loss.backward();
        let by = |t: &Tensor<5>| t.grad(&grads).expect("it asked for a gradient").into_data();
        [y.into_data(), by(&x), by(&weight)].map(|data| data.try_to_vec().expect("values are f32"))
    }

    fn check(x: [usize; 5], weight: [usize; 5], shape: ConvShape) {
        let device = Device::flex().autodiff();
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let (x, weight) = (noise(x, &mut rng, &device), noise(weight, &mut rng, &device));
        let probe = |dims| noise(dims, &mut ChaCha8Rng::seed_from_u64(4), &device);
        let ours = gradients(|x, w| conv(x, w, shape), &x, &weight, &probe);
        let burns = gradients(|x, w| conv3d(x, w, None, options(shape)), &x, &weight, &probe);
        for (name, (ours, burns)) in ["output", "by x", "by weight"].iter().zip(ours.iter().zip(&burns)) {
            assert_eq!(ours.len(), burns.len());
            let scale = burns.iter().fold(0.0f32, |m, b| m.max(b.abs()));
            let off = ours.iter().zip(burns).fold(0.0f32, |m, (a, b)| m.max((a - b).abs())) / scale;
            assert!(off < 1e-5, "{name} of {shape:?} is off by {off}");
        }
    }

    fn same(stride: usize, kernel: [usize; 3], groups: usize) -> ConvShape {
        ConvShape { stride: [stride; 3], padding: kernel.map(|k| k / 2), dilation: [1; 3], groups }
    }

    #[test]
    fn agrees_with_burn_and_its_gradients() {
        check([3, 5, 1, 9, 8], [7, 5, 1, 3, 3], same(1, [1, 3, 3], 1));
        check([3, 5, 1, 9, 8], [7, 5, 1, 3, 3], same(2, [1, 3, 3], 1));
        check([2, 4, 6, 7, 5], [33, 4, 3, 3, 3], same(1, [3; 3], 1));
        check([2, 4, 6, 7, 5], [6, 4, 3, 3, 3], same(2, [3; 3], 1));
        check([2, 6, 5, 5, 5], [9, 2, 3, 3, 3], same(1, [3; 3], 3));
        check([2, 6, 5, 5, 5], [6, 1, 3, 3, 3], same(1, [3; 3], 6));
        check([2, 6, 5, 6, 5], [6, 1, 3, 3, 3], same(2, [3; 3], 6));
        check([2, 6, 1, 9, 9], [4, 6, 1, 1, 1], same(1, [1; 3], 1));
        check([2, 6, 3, 9, 9], [4, 6, 1, 1, 1], same(2, [1; 3], 1));
        let dilated = ConvShape { padding: [2, 1, 0], dilation: [2; 3], ..same(1, [3; 3], 1) };
        check([2, 3, 6, 7, 8], [4, 3, 3, 3, 3], dilated);
    }

    #[test]
    fn gradients_agree_with_finite_differences() {
        let device = Device::flex().autodiff();
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let (x, weight) = (noise([2, 3, 3, 4, 4], &mut rng, &device), noise([4, 3, 3, 3, 3], &mut rng, &device));
        let shape = same(2, [3; 3], 1);
        let probe = |dims| noise(dims, &mut ChaCha8Rng::seed_from_u64(6), &device);
        let [_, by_x, by_weight] = gradients(|x, w| conv(x, w, shape), &x, &weight, &probe);
        let loss = |x: Tensor<5>, w: Tensor<5>| {
            let y = conv(x, w, shape);
            (y.clone() * probe(y.dims())).sum().into_scalar::<f32>()
        };
        for (tensor, gradient, at_x) in [(&x, by_x, true), (&weight, by_weight, false)] {
            for idx in [0, 17, gradient.len() - 1] {
                let moved = |by: f32| {
                    let mut values: Vec<f32> = tensor.clone().into_data().try_to_vec().expect("values are f32");
                    values[idx] += by;
                    let moved = Tensor::from_data(TensorData::new(values, tensor.dims()), &device);
                    if at_x { loss(moved, weight.clone()) } else { loss(x.clone(), moved) }
                };
                // A convolution is linear in each argument, so a large step costs nothing but rounding.
                let slope = moved(1.0) - moved(0.0);
                assert!((slope - gradient[idx]).abs() < 1e-4, "{slope} is not {}", gradient[idx]);
            }
        }
    }

    #[test]
    fn views_are_read_in_their_own_order() {
        let device = Device::flex();
        let mut rng = ChaCha8Rng::seed_from_u64(8);
        let (x, weight) = (noise([2, 8, 5, 3, 4], &mut rng, &device), noise([4, 3, 1, 3, 3], &mut rng, &device));
        let view = x.swap_dims(1, 3).narrow(3, 2, 4);
        let copy = Tensor::<5>::from_data(view.clone().into_data(), &device);
        let shape = same(1, [1, 3, 3], 1);
        conv(view, weight.clone(), shape).into_data().assert_eq(&conv(copy, weight, shape).into_data(), true);
    }
}
