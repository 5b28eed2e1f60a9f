//! Images made on the spot: classes differ by a bright spot at a known place.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use vesalius_nn::data::Source;

/// Noise with a bright spot in the images of class 1; augmentation adds noise from the stream it is given.
pub(crate) struct Spots {
    pub(crate) shape: [usize; 4],
    pub(crate) n: usize,
    /// Every how many images the label is unknown; 0 for never.
    pub(crate) unknown_every: usize,
}

impl Spots {
    pub(crate) fn new(shape: [usize; 4], n: usize) -> Self {
        Self { shape, n, unknown_every: 0 }
    }

    /// All images, one after the other.
    pub(crate) fn images(&self) -> Vec<f32> {
        let size: usize = self.shape.iter().product();
        let mut images = vec![0.0; size * self.n];
        for (index, image) in images.chunks_exact_mut(size).enumerate() {
            self.read(index, None, image).unwrap();
        }
        images
    }
}

impl Source for Spots {
    fn len(&self) -> usize {
        self.n
    }

    fn shape(&self) -> [usize; 4] {
        self.shape
    }

    fn read(&self, index: usize, augment: Option<&mut ChaCha8Rng>, out: &mut [f32]) -> Result<(), String> {
        let mut rng = ChaCha8Rng::seed_from_u64(index as u64);
        for sample in out.iter_mut() {
            *sample = rng.random_range(-1.0..1.0);
        }
        let [_, z, y, x] = self.shape;
        if index % 2 == 1 {
            // The spot is a quarter of each axis wide and lies in the first octant.
            for (dz, dy, dx) in
                (0..z.div_ceil(4)).flat_map(|z| (0..y / 4).flat_map(move |y| (0..x / 4).map(move |x| (z, y, x))))
            {
                out[((dz + z / 8) * y + dy + y / 8) * x + dx + x / 8] += 3.0;
            }
        }
        if let Some(rng) = augment {
            for sample in out.iter_mut() {
                *sample += rng.random_range(-0.1..0.1);
            }
        }
        Ok(())
    }

    fn target(&self, index: usize) -> &[f32] {
        if index % 2 == 1 { &[0.0, 1.0] } else { &[1.0, 0.0] }
    }

    fn weight(&self, index: usize) -> &[f32] {
        if self.unknown_every > 0 && index.is_multiple_of(self.unknown_every) { &[0.0, 0.0] } else { &[1.0, 1.0] }
    }
}
