//! The residual block: convolutions beside a shortcut (He et al. 2016, doi:10.1109/CVPR.2016.90).

use burn::module::Module;
use burn::tensor::Tensor;

use super::Init;
use super::conv::{Conv, ConvKind, ConvSpec};
use super::norm::Norm;
use super::norm_op::add_relu;
use crate::network::Plan;

/// What a stage repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BlockKind {
    /// Two 3×3 convolutions.
    Basic,
    /// 1×1, 3×3 and 1×1, the last with four times the channels.
    Bottleneck,
}

impl BlockKind {
    /// Output channels for each channel of the width.
    pub(crate) fn expansion(self) -> usize {
        match self {
            Self::Basic => 1,
            Self::Bottleneck => 4,
        }
    }
}

/// What a block computes before it has learned anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// Its input: the last norm begins closed (Goyal et al. 2017, arXiv:1706.02677).
    Identity,
    /// Whatever its random weights make of it, as first published.
    Random,
}

/// One residual block; which convolutions it has follows from its kind.
#[derive(Module, Debug)]
pub(crate) struct Block {
    convs: Vec<Conv>,
    norms: Vec<Norm>,
    /// Brings the input to the shape of the output where they differ.
    shortcut: Option<Conv>,
    shortcut_norm: Option<Norm>,
}

impl Block {
    /// Channels in, width of the stage and stride make the shape of a block.
    pub(crate) fn new(
        (kind, start): (BlockKind, Start),
        plan: &Plan,
        (n_in, width, stride): (usize, usize, usize),
        init: &mut Init,
    ) -> Self {
        let n_out = width * kind.expansion();
        let specs: Vec<ConvSpec> = match kind {
            BlockKind::Basic => vec![plan.conv_spec(n_in, width, 3, stride), plan.conv_spec(width, width, 3, 1)],
            BlockKind::Bottleneck => vec![
                plan.conv_spec(n_in, width, 1, 1),
                plan.conv_spec(width, width, 3, stride),
                plan.conv_spec(width, n_out, 1, 1),
            ],
        };
        let last = specs.len() - 1;
        let norms = specs.iter().enumerate().map(|(index, spec)| match start {
            Start::Identity if index == last => Norm::closed(spec.out_channels, init),
            _ => Norm::new(spec.out_channels, init),
        });
        let norms = norms.collect();
        let convs = specs.into_iter().map(|spec| Conv::new(spec, init)).collect();
        let reshaped = stride != 1 || n_in != n_out;
        // A shortcut only mixes channels; one kind of 1×1×1 convolution serves all.
        let spec = ConvSpec { kind: ConvKind::Planar, ..plan.conv_spec(n_in, n_out, 1, stride) };
        let shortcut = reshaped.then(|| Conv::new(spec, init));
        let shortcut_norm = reshaped.then(|| Norm::new(n_out, init));
        Self { convs, norms, shortcut, shortcut_norm }
    }

    /// # Shapes
    /// - `x`: `[batch, in, z, y, x]`
    /// - output: `[batch, width · expansion, ⌈z/stride⌉, ⌈y/stride⌉, ⌈x/stride⌉]`
    pub(crate) fn forward(&self, x: Tensor<5>) -> Tensor<5> {
        let shortcut = match (&self.shortcut, &self.shortcut_norm) {
            (Some(conv), Some(norm)) => norm.forward(conv.forward(x.clone())),
            _ => x.clone(),
        };
        let last = self.convs.len() - 1;
        let mut y = x;
        for (conv, norm) in self.convs[..last].iter().zip(&self.norms) {
            y = norm.forward_relu(conv.forward(y));
        }
        add_relu(self.norms[last].forward(self.convs[last].forward(y)), shortcut)
    }
}
