//! Batch normalization over all samples of a channel (Ioffe and Szegedy 2015, arXiv:1502.03167).

use burn::module::{Module, Param, RunningState};
use burn::tensor::Tensor;
use burn::tensor::activation::relu;

use super::Init;
use super::norm_op::{Normed, Rectify, batch_norm};

/// Added to the variance so that a constant channel does not divide by zero.
const EPSILON: f64 = 1e-5;
/// Weight of the newest batch in the running statistics.
const MOMENTUM: f64 = 0.1;

/// Whose mean and variance a norm takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Statistics {
    /// Those of the batch while training, the running ones in use.
    Usual,
    /// The running ones, with gradients too: for asking why a network in use says what it says.
    Running,
}

/// `γ · (x − mean) / √(variance + ε) + β`, with the statistics of the batch while training and running ones after.
#[derive(Module, Debug)]
pub(crate) struct Norm {
    gamma: Param<Tensor<1>>,
    beta: Param<Tensor<1>>,
    running_mean: RunningState<Tensor<1>>,
    running_var: RunningState<Tensor<1>>,
}

impl Norm {
    pub(crate) fn new(n_channels: usize, init: &mut Init) -> Self {
        Self::with_gain(n_channels, 1.0, init)
    }

    /// A norm whose γ starts at zero lets a residual block start as the identity (Goyal et al. 2017, arXiv:1706.02677).
    pub(crate) fn closed(n_channels: usize, init: &mut Init) -> Self {
        Self::with_gain(n_channels, 0.0, init)
    }

    fn with_gain(n_channels: usize, gain: f64, init: &mut Init) -> Self {
        let device = &init.device;
        Self {
            gamma: Param::from_tensor(Tensor::full([n_channels], gain, device)),
            beta: Param::from_tensor(Tensor::zeros([n_channels], device)),
            running_mean: RunningState::new(Tensor::zeros([n_channels], device)),
            running_var: RunningState::new(Tensor::ones([n_channels], device)),
        }
    }

    /// # Shapes
    /// - `x` and output: `[batch, channel, z, y, x]`
    pub(crate) fn forward(&self, x: Tensor<5>) -> Tensor<5> {
        self.apply(x, Rectify::No, Statistics::Usual)
    }

    /// The same with a choice of statistics.
    pub(crate) fn forward_with(&self, x: Tensor<5>, statistics: Statistics) -> Tensor<5> {
        self.apply(x, Rectify::No, statistics)
    }

    /// The same with what is below zero set to zero, in one pass.
    pub(crate) fn forward_relu(&self, x: Tensor<5>) -> Tensor<5> {
        self.apply(x, Rectify::Yes, Statistics::Usual)
    }

    fn apply(&self, x: Tensor<5>, rectify: Rectify, statistics: Statistics) -> Tensor<5> {
        let [batch, channels, depth, height, width] = x.dims();
        if statistics == Statistics::Usual && x.device().is_autodiff() {
            let scale = [self.gamma.val(), self.beta.val()];
            let Normed { y, mean, variance } = batch_norm(x, scale, EPSILON, rectify);
            self.remember(batch * depth * height * width, mean, variance);
            return y;
        }
        let per_channel = |values: Tensor<1>| values.reshape([1, channels, 1, 1, 1]);
        let scale = self.gamma.val() / (self.running_var.value() + EPSILON).sqrt();
        let shift = self.beta.val() - self.running_mean.value() * scale.clone();
        let y = x * per_channel(scale) + per_channel(shift);
        if rectify == Rectify::Yes { relu(y) } else { y }
    }

    /// Moves the running statistics towards those of this batch; the variance is kept without bias.
    fn remember(&self, n_samples: usize, mean: Tensor<1>, variance: Tensor<1>) {
        let count = n_samples as f64;
        let unbiased = variance * (count / (count - 1.0).max(1.0));
        for (state, seen) in [(&self.running_mean, mean), (&self.running_var, unbiased)] {
            let old = state.value_sync();
            state.update(old * (1.0 - MOMENTUM) + seen.detach() * MOMENTUM);
            // One thread trains one network, so what was just seen can be taken over at once.
            state.value_sync();
        }
    }
}
