//! Fabrica, our own small network: the best use of ten minutes of two processor cores.
//!
//! Three residual stages of basic blocks (He et al. 2016, doi:10.1109/CVPR.2016.90) at strides 1, 2 and 4, each block
//! starting as the identity (Goyal et al. 2017, arXiv:1706.02677).
//! Volumes are halved by the stem, since their cost is cubic, until the first stage has at most [`VOLUME_EDGE`] samples
//! along every edge; the stem sees every sample of the image all the same.
//!
//! The head sees the mean and the maximum of every channel of every level, the stem's too: the mean for what is diffuse
//! and for how much there is of something, the maximum for what is small, the early levels for fine structure that
//! strides would lose. A mean over a volume that is mostly empty hardly differs from image to image, so what was pooled
//! is normalized before the classifier.

use burn::module::Module;
use burn::tensor::Tensor;

use crate::layer::Init;
use crate::layer::conv::Conv;
use crate::layer::linear::Linear;
use crate::layer::norm::{Norm, Statistics};
use crate::layer::pool::{global_max, global_mean};
use crate::layer::residual::{Block, BlockKind, Start};
use crate::network::{Plan, Stem};

/// Residual blocks of each stage.
const DEPTHS: [usize; 3] = [1, 1, 1];

/// Samples along the longest edge of a volume that the first stage may have.
const VOLUME_EDGE: usize = 20;

/// Our small residual network.
#[derive(Module, Debug)]
pub(crate) struct Fabrica {
    stem: Vec<Conv>,
    stem_norms: Vec<Norm>,
    blocks: Vec<Block>,
    head_norm: Norm,
    head: Linear,
}

impl Fabrica {
    pub(crate) fn new(plan: &Plan, init: &mut Init) -> Self {
        let n_halvings = n_halvings(plan);
        let mut levels = Vec::new();
        let mut stem = Vec::new();
        let mut channels = plan.in_channels;
        for convs_left in (0..n_halvings.max(1)).rev() {
            let width = (plan.width >> convs_left).max(1);
            stem.push(Conv::new(plan.conv_spec(channels, width, 3, if n_halvings == 0 { 1 } else { 2 }), init));
            channels = width;
            levels.push(channels);
        }
        let stem_norms = levels.iter().map(|&width| Norm::new(width, init)).collect();
        let mut blocks = Vec::new();
        for (stage, depth) in DEPTHS.into_iter().enumerate() {
            for index in 0..depth {
                let stride = if stage > 0 && index == 0 { 2 } else { 1 };
                let shape = (channels, plan.width << stage, stride);
                blocks.push(Block::new((BlockKind::Basic, Start::Identity), plan, shape, init));
                channels = plan.width << stage;
                levels.push(channels);
            }
        }
        let n_pooled = 2 * levels.iter().sum::<usize>();
        let head_norm = Norm::new(n_pooled, init);
        let head = Linear::new(n_pooled, plan.outputs, init);
        Self { stem, stem_norms, blocks, head_norm, head }
    }

    /// The maps of every level that the head looks at, in the order of the network.
    ///
    /// # Shapes
    /// - `x`: `[batch, channel, z, y, x]`
    /// - output: of each block `[batch, width …, z, y, x]`, the last `[batch, 4 · width, ⌈z/4⌉, ⌈y/4⌉, ⌈x/4⌉]` of what
    ///   the stem leaves
    pub(crate) fn features(&self, mut x: Tensor<5>) -> Vec<Tensor<5>> {
        let mut levels = Vec::new();
        for (conv, norm) in self.stem.iter().zip(&self.stem_norms) {
            x = norm.forward_relu(conv.forward(x));
            levels.push(x.clone());
        }
        for block in &self.blocks {
            x = block.forward(x);
            levels.push(x.clone());
        }
        levels
    }

    /// # Shapes
    /// - `levels`: as `features` gives them
    /// - output: `[batch, outputs]`
    pub(crate) fn head(&self, levels: Vec<Tensor<5>>, statistics: Statistics) -> Tensor<2> {
        let pooled = levels.into_iter().flat_map(|level| [global_mean(level.clone()), global_max(level)]).collect();
        let pooled: Tensor<2> = Tensor::cat(pooled, 1);
        let [batch, channels] = pooled.dims();
        let pooled = self.head_norm.forward_with(pooled.reshape([batch, channels, 1, 1, 1]), statistics);
        self.head.forward(pooled.reshape([batch, channels]))
    }
}

/// How often the stem halves an image.
fn n_halvings(plan: &Plan) -> usize {
    let asked = usize::from(plan.stem == Stem::Imagenet);
    if plan.flat {
        return asked;
    }
    let mut edge = plan.edge;
    let mut needed = 0;
    while edge > VOLUME_EDGE {
        edge = edge.div_ceil(2);
        needed += 1;
    }
    needed + asked
}
