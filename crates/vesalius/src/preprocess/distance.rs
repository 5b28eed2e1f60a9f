//! How far every sample lies from the surface of a shape.

use vesalius_image::distance;
use vesalius_image::mask::{Extent, Mask};

use crate::error::Result;

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
pub(super) fn signed(samples: &[f32], [_, n_z, n_y, n_x]: [usize; 4], level: f32) -> Result<Vec<f32>> {
    let extent = Extent::new([n_z, n_y, n_x], [1.0; 3])?;
    let mut distances = Vec::with_capacity(samples.len());
    for channel in samples.chunks_exact(n_z * n_y * n_x) {
        let inside: Vec<bool> = channel.iter().map(|sample| *sample > level).collect();
        match distance::signed(&Mask::new(&inside, extent)?) {
            // Those to the nearest center on the other side, negative inside.
            Some(to_other_side) => distances.extend(
                to_other_side
                    .iter()
                    .map(|distance| if *distance < 0.0 { -distance - 0.5 } else { (0.5 - distance).max(-OUTSIDE_MAX) }),
            ),
            None => distances.extend(inside.iter().map(|is_inside| if *is_inside { 0.0 } else { -OUTSIDE_MAX })),
        }
    }
    Ok(distances)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slab_is_told_by_the_distance_from_its_surface() {
        let slab = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 255.0, 255.0, 255.0, 0.0];
        let expected = [-4.0, -4.0, -3.5, -2.5, -1.5, -0.5, 0.5, 1.5, 0.5, -0.5];
        assert_eq!(signed(&slab, [1, 1, 1, 10], 127.5).unwrap(), expected);
        assert_eq!(signed(&[255.0; 8], [1, 2, 2, 2], 127.5).unwrap(), [0.0; 8]);
        assert_eq!(signed(&[0.0; 8], [1, 2, 2, 2], 127.5).unwrap(), [-OUTSIDE_MAX; 8]);
    }
}
