//! Gradient-weighted class activation maps: Selvaraju et al., "Grad-CAM", ICCV 2017, doi:10.1109/ICCV.2017.74.
//!
//! Every map that the head looks at is weighted by the mean of the score's gradient over it; what is positive in their
//! sum speaks for the class. Where a head looks at several levels of a network, what the finer ones say is added up
//! in the sample of the last stage that lies over them: the paper looks at the last stage alone, and would miss that
//! part of the score. The map has the coarse grid of the last stage; the caller brings it to the size of the image.

use burn::tensor::{Tensor, TensorData};

use crate::error::{Error, ErrorKind, Result};
use crate::layer::norm::Statistics;
use crate::network::{Network, floats};

/// A coarse map, not scaled.
#[derive(Clone, Debug, PartialEq)]
pub struct CoarseMap {
    /// `[z, y, x]` of the last stage.
    pub shape: [usize; 3],
    /// Values of 0 and more, in the order of `shape`; all zero where nothing speaks for the class.
    pub values: Vec<f32>,
}

/// The Grad-CAM of one output for each image.
///
/// # Shapes
/// - `images`: `[batch, channel, z, y, x]`, flat
/// - `outputs`: one index an image: whose score is explained
///
/// # Errors
/// When the images do not fit the network or an index names no output.
pub fn grad_cam(network: &Network, images: &[f32], outputs: &[usize]) -> Result<Vec<CoarseMap>> {
    let n_outputs = network.interface().outputs;
    let levels = network.layers.features(network.tensor(images)?);
    let last = levels.last().map(Tensor::dims).unwrap_or_default();
    let (n, grid) = (last[0], [last[2], last[3], last[4]]);
    if outputs.len() != n || outputs.iter().any(|&output| output >= n_outputs) {
        let message =
            format!("{n} images and {n_outputs} outputs; expected one output index below {n_outputs} an image");
        return Err(Error::new(ErrorKind::Data, message));
    }
    let mut chosen = vec![0.0_f32; n * n_outputs];
    for (row, &output) in chosen.chunks_exact_mut(n_outputs).zip(outputs) {
        row[output] = 1.0;
    }
    // Only the head is differentiated: the maps are leaves of the graph, which keeps it small.
    let leaves: Vec<Tensor<5>> = levels.iter().map(|level| Tensor::from_inner(level.clone()).require_grad()).collect();
    let layers = burn::module::Module::train(network.layers.clone());
    let logits = layers.head(leaves.clone(), Statistics::Running);
    let chosen = Tensor::from_data(TensorData::new(chosen, [n, n_outputs]), &logits.device());
    let gradients = (logits * chosen).sum().backward();
    let mut values = vec![0.0_f32; n * grid.iter().product::<usize>()];
    for (level, leaf) in levels.into_iter().zip(leaves) {
        let gradient = leaf
            .grad(&gradients)
            .ok_or_else(|| Error::new(ErrorKind::Data, "the score of this network does not depend on its maps"))?;
        let [_, channels, z, y, x] = level.dims();
        let weights = gradient.reshape([n, channels, z * y * x]).mean_dim(2);
        let map = floats((level.reshape([n, channels, z * y * x]) * weights).sum_dim(1));
        for (sum, map) in values.chunks_exact_mut(grid.iter().product()).zip(map.chunks_exact(z * y * x)) {
            gather(map, [z, y, x], sum, grid);
        }
    }
    let maps = values.chunks_exact(grid.iter().product());
    Ok(maps.map(|map| CoarseMap { shape: grid, values: map.iter().map(|v| v.max(0.0)).collect() }).collect())
}

/// Adds a fine map to the coarse one over it.
fn gather(fine: &[f32], [n_z, n_y, n_x]: [usize; 3], coarse: &mut [f32], [c_z, c_y, c_x]: [usize; 3]) {
    for z in 0..n_z {
        for y in 0..n_y {
            let row = (z * c_z / n_z * c_y + y * c_y / n_y) * c_x;
            for x in 0..n_x {
                coarse[row + x * c_x / n_x] += fine[(z * n_y + y) * n_x + x];
            }
        }
    }
}
