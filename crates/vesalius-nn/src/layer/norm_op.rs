//! Batch normalization and the end of a residual block as operations of Burn with gradients of their own.
//!
//! Composed from Burn's elementwise operations they cost a dozen passes over memory each; here they cost two or three.
//! Only CPU tensors of `f32` go this way; all others are composed.

use std::sync::Arc;

use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{
    Autodiff, AutodiffBackend, Backend, Dispatch, DispatchDevice, Flex, TensorMetadata, backend_extension,
};
use burn::tensor::activation::relu;
use burn::tensor::{DType, Tensor};
use burn_flex::FlexTensor;

use super::flat::{floats, tensor};
pub(crate) use crate::kernel::norm::Rectify;
use crate::kernel::norm::{Affine, Moments, add_rectify, normalize, normalize_gradients, rectify_gradient};

/// What a batch normalization gives back.
pub(crate) struct Normed {
    /// `[batch, channel, z, y, x]`.
    pub(crate) y: Tensor<5>,
    /// `[channel]`, without gradient.
    pub(crate) mean: Tensor<1>,
    /// `[channel]`, by n rather than n − 1, without gradient.
    pub(crate) variance: Tensor<1>,
}

/// `γ · (x − mean) / √(variance + ε) + β` with the statistics of the batch, perhaps rectified.
///
/// # Shapes
/// - `x`: `[batch, channel, z, y, x]`
/// - `scale`: γ and β, each `[channel]`
pub(crate) fn batch_norm(x: Tensor<5>, scale: [Tensor<1>; 2], epsilon: f64, rectify: Rectify) -> Normed {
    let [gamma, beta] = scale;
    if !is_ours(&x) {
        return composed_norm(x, [gamma, beta], epsilon, rectify);
    }
    let (y, mean, variance) = <Dispatch as NormBackend>::vesalius_norm(
        x.into_dispatch(),
        gamma.into_dispatch(),
        beta.into_dispatch(),
        epsilon,
        rectify,
    );
    Normed { y: Tensor::from_dispatch(y), mean: Tensor::from_dispatch(mean), variance: Tensor::from_dispatch(variance) }
}

/// `max(a + b, 0)`, where a residual block ends.
pub(crate) fn add_relu(a: Tensor<5>, b: Tensor<5>) -> Tensor<5> {
    if !is_ours(&a) {
        return relu(a + b);
    }
    assert_eq!(a.dims(), b.dims(), "the two ways through a residual block must meet in one shape");
    Tensor::from_dispatch(<Dispatch as NormBackend>::vesalius_add_relu(a.into_dispatch(), b.into_dispatch()))
}

fn is_ours(x: &Tensor<5>) -> bool {
    let device = x.device();
    let device = if device.is_autodiff() { device.inner() } else { device };
    x.dtype() == DType::F32 && matches!(device.as_dispatch(), DispatchDevice::Flex(_))
}

fn composed_norm(x: Tensor<5>, scale: [Tensor<1>; 2], epsilon: f64, rectify: Rectify) -> Normed {
    let [_, c, _, _, _] = x.dims();
    let [gamma, beta] = scale.map(|t| t.reshape([1, c, 1, 1, 1]));
    let mean = x.clone().mean_dims(&[0, 2, 3, 4]);
    let centered = x - mean.clone();
    let variance = centered.clone().square().mean_dims(&[0, 2, 3, 4]);
    let y = centered / (variance.clone() + epsilon).sqrt() * gamma + beta;
    Normed {
        y: if rectify == Rectify::Yes { relu(y) } else { y },
        mean: mean.reshape([c]).detach(),
        variance: variance.reshape([c]).detach(),
    }
}

#[backend_extension(Flex, Autodiff)]
trait NormBackend: Backend {
    fn vesalius_norm(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f64,
        rectify: Rectify,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);

    fn vesalius_add_relu(a: FloatTensor<Self>, b: FloatTensor<Self>) -> FloatTensor<Self>;
}

/// Output and moments of a normalization.
fn forward(x: &FlexTensor, scale: [&FlexTensor; 2], epsilon: f64, rectify: Rectify) -> (FlexTensor, Moments) {
    let shape: [usize; 5] = x.shape().dims();
    let [gamma, beta] = scale.map(floats);
    let affine = Affine { gamma: &gamma, beta: &beta, epsilon, rectify };
    let (y, moments) = normalize(&floats(x), shape[2..].iter().product(), affine);
    (tensor(y, shape), moments)
}

fn channels(values: &[f32]) -> FlexTensor {
    tensor(values.to_vec(), [values.len()])
}

impl NormBackend for Flex {
    fn vesalius_norm(
        x: FlexTensor,
        gamma: FlexTensor,
        beta: FlexTensor,
        epsilon: f64,
        rectify: Rectify,
    ) -> (FlexTensor, FlexTensor, FlexTensor) {
        let (y, moments) = forward(&x, [&gamma, &beta], epsilon, rectify);
        (y, channels(&moments.mean), channels(&moments.variance))
    }

    fn vesalius_add_relu(a: FlexTensor, b: FlexTensor) -> FlexTensor {
        let shape: [usize; 5] = a.shape().dims();
        tensor(add_rectify(&floats(&a), &floats(&b)), shape)
    }
}

#[derive(Debug)]
struct NormStep;

/// What the way back needs besides the input, which the graph keeps.
#[derive(Clone, Debug)]
struct NormState {
    x: NodeId,
    gamma: NodeId,
    beta: NodeId,
    moments: Arc<Moments>,
    epsilon: f64,
    rectify: Rectify,
}

impl Backward<Flex, 3> for NormStep {
    type State = NormState;

    fn backward(self, ops: Ops<NormState, 3>, gradients: &mut Gradients, saved: &mut Checkpointer) {
        let state = ops.state;
        let dy = gradients.consume::<Flex>(&ops.node);
        let [x, gamma, beta] =
            [state.x, state.gamma, state.beta].map(|node| saved.retrieve_node_output::<FlexTensor>(node));
        let shape: [usize; 5] = x.shape().dims();
        let (gamma, beta) = (floats(&gamma), floats(&beta));
        let affine = Affine { gamma: &gamma, beta: &beta, epsilon: state.epsilon, rectify: state.rectify };
        let volume = shape[2..].iter().product();
        let by = normalize_gradients([&floats(&x), &floats(&dy)], volume, affine, &state.moments);
        let n_channels = [shape[1]];
        let by = [tensor(by.x, shape), tensor(by.gamma, n_channels), tensor(by.beta, n_channels)];
        for (node, gradient) in ops.parents.into_iter().zip(by) {
            if let Some(node) = node {
                gradients.register::<Flex>(node.id, gradient);
            }
        }
    }
}

#[derive(Debug)]
struct AddReluStep;

impl Backward<Flex, 2> for AddReluStep {
    type State = FlexTensor;

    fn backward(self, ops: Ops<FlexTensor, 2>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let dy = gradients.consume::<Flex>(&ops.node);
        let shape: [usize; 5] = dy.shape().dims();
        let gradient = tensor(rectify_gradient(&floats(&ops.state), &floats(&dy)), shape);
        for node in ops.parents.into_iter().flatten() {
            gradients.register::<Flex>(node.id, gradient.clone());
        }
    }
}

impl<C: CheckpointStrategy> NormBackend for Autodiff<Flex, C> {
    fn vesalius_norm(
        x: FloatTensor<Self>,
        gamma: FloatTensor<Self>,
        beta: FloatTensor<Self>,
        epsilon: f64,
        rectify: Rectify,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let (y, moments) = forward(x.primitive(), [gamma.primitive(), beta.primitive()], epsilon, rectify);
        let [mean, variance] =
            [&moments.mean, &moments.variance].map(|of| <Self as AutodiffBackend>::from_inner(channels(of)));
        let nodes = [x.node(), gamma.node(), beta.node()];
        let y = match NormStep.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(mut prep) => {
                let [x, gamma, beta] = [&x, &gamma, &beta].map(|input| prep.checkpoint(input));
                prep.finish(NormState { x, gamma, beta, moments: Arc::new(moments), epsilon, rectify }, y)
            }
            OpsKind::UnTracked(prep) => prep.finish(y),
        };
        (y, mean, variance)
    }

    fn vesalius_add_relu(a: FloatTensor<Self>, b: FloatTensor<Self>) -> FloatTensor<Self> {
        let nodes = [a.node(), b.node()];
        let y = Flex::vesalius_add_relu(a.into_primitive(), b.into_primitive());
        match AddReluStep.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish(y.clone(), y),
            OpsKind::UnTracked(prep) => prep.finish(y),
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn noise<const D: usize>(shape: [usize; D], seed: u64, device: &Device) -> Tensor<D> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let values: Vec<f32> = (0..shape.iter().product()).map(|_| rng.random_range(-1.0..1.0)).collect();
        Tensor::from_data(TensorData::new(values, shape), device)
    }

    fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.into_data().try_to_vec().expect("values are f32")
    }

    fn assert_close(name: &str, ours: &[f32], theirs: &[f32]) {
        assert_eq!(ours.len(), theirs.len());
        let scale = theirs.iter().fold(1e-3f32, |m, b| m.max(b.abs()));
        let off = ours.iter().zip(theirs).fold(0.0f32, |m, (a, b)| m.max((a - b).abs())) / scale;
        assert!(off < 1e-5, "{name} is off by {off}");
    }

    type Norm = fn(Tensor<5>, [Tensor<1>; 2], f64, Rectify) -> Normed;

    /// Everything a normalization gives, and the gradients of `Σ probe · y`.
    fn all(norm: Norm, shape: [usize; 5], rectify: Rectify) -> [Vec<f32>; 6] {
        let device = Device::flex().autodiff();
        let x = (noise(shape, 1, &device) * 3.0 + 5.0).detach().require_grad();
        let [gamma, beta] = [2, 3].map(|seed| noise([shape[1]], seed, &device).require_grad());
        let normed = norm(x.clone(), [gamma.clone(), beta.clone()], 1e-5, rectify);
        let grads = (normed.y.clone() * noise(shape, 4, &device)).sum().backward();
        [
            values(normed.y),
            values(normed.mean),
            values(normed.variance),
            values(x.grad(&grads).expect("x asked for a gradient")),
            values(gamma.grad(&grads).expect("γ asked for a gradient")),
            values(beta.grad(&grads).expect("β asked for a gradient")),
        ]
    }

    #[test]
    fn agrees_with_the_composition_and_its_gradients() {
        for shape in [[4, 3, 1, 9, 7], [2, 5, 3, 4, 4], [1, 1, 2, 2, 2], [6, 2, 1, 1, 1]] {
            for rectify in [Rectify::No, Rectify::Yes] {
                let (ours, theirs) = (all(batch_norm, shape, rectify), all(composed_norm, shape, rectify));
                let names = ["y", "mean", "variance", "by x", "by γ", "by β"];
                for (name, (ours, theirs)) in names.iter().zip(ours.iter().zip(&theirs)) {
                    assert_close(&format!("{name} of {shape:?}, rectified: {rectify:?}"), ours, theirs);
                }
            }
        }
    }

    #[test]
    fn sum_and_relu_agree_with_the_composition() {
        let device = Device::flex().autodiff();
        let shape = [2, 3, 4, 5, 6];
        let run = |f: fn(Tensor<5>, Tensor<5>) -> Tensor<5>| {
            let [a, b] = [1, 2].map(|seed| noise(shape, seed, &device).require_grad());
            let y = f(a.clone(), b.clone());
            let grads = (y.clone() * noise(shape, 3, &device)).sum().backward();
            [y, a.grad(&grads).expect("a asked"), b.grad(&grads).expect("b asked")].map(values)
        };
        assert_eq!(run(add_relu), run(|a, b| relu(a + b)));
    }
}
