//! Gradient-weighted class activation maps: Selvaraju et al., "Grad-CAM", ICCV 2017, doi:10.1109/ICCV.2017.74.
//!
//! Every map of the last stage is weighted by the mean of the score's gradient over it; what is positive in their sum
//! speaks for the class. The map has the coarse grid of the last stage; the caller brings it to the size of the image.

use burn::tensor::{Tensor, TensorData};

use crate::error::{Error, ErrorKind, Result};
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
    let features = network.layers.features(network.tensor(images)?);
    let [n, channels, z, y, x] = features.dims();
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
    let leaves = Tensor::from_inner(features.clone()).require_grad();
    let device = leaves.device();
    let layers = burn::module::Module::train(network.layers.clone());
    let score = layers.head(leaves.clone()) * Tensor::from_data(TensorData::new(chosen, [n, n_outputs]), &device);
    let gradients = score.sum().backward();
    let gradient = leaves
        .grad(&gradients)
        .ok_or_else(|| Error::new(ErrorKind::Data, "the score of this network does not depend on its last maps"))?;
    let weights = gradient.reshape([n, channels, z * y * x]).mean_dim(2);
    let map = (features.reshape([n, channels, z * y * x]) * weights).sum_dim(1);
    let values = floats(burn::tensor::activation::relu(map));
    Ok(values.chunks_exact(z * y * x).map(|map| CoarseMap { shape: [z, y, x], values: map.to_vec() }).collect())
}
