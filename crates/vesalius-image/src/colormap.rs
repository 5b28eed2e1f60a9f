//! The colors of heat maps: even steps for the eye, and an order that color-blind readers and gray printers keep.
//!
//! The path runs through six points in `OKLCh` (Ottosson 2020, <https://bottosson.github.io/posts/oklab/>), chosen
//! for this project and joined without corners. Lightness only rises, from a dark blue through purple and orange to
//! a light yellow, and every point lies inside of sRGB. The path is cut into 256 steps of equal length in `OKLab`, so
//! that equal steps of heat look equal.

/// Lightness, chroma, and hue in degrees.
const PATH: [[f64; 3]; 6] = [
    [0.22, 0.100, 282.0],
    [0.36, 0.155, 300.0],
    [0.51, 0.180, 350.0],
    [0.66, 0.175, 35.0],
    [0.80, 0.150, 75.0],
    [0.94, 0.140, 105.0],
];

/// Points on each leg of the path when its length is measured.
const N_FINE: usize = 512;

/// Colors for heat from 0 to 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Colormap {
    colors: [[u8; 3]; 256],
}

impl Colormap {
    /// The heat map of this project: dark blue is 0, light yellow is 1.
    pub fn heat() -> Self {
        let fine = fine_path();
        let mut lengths = vec![0.0];
        for pair in fine.windows(2) {
            lengths.push(lengths[lengths.len() - 1] + distance(pair[0], pair[1]));
        }
        let total = lengths[lengths.len() - 1];
        let colors = std::array::from_fn(|step| {
            let wanted = total * step as f64 / 255.0;
            let idx = lengths.partition_point(|length| *length < wanted).min(fine.len() - 1);
            to_srgb(fine[idx])
        });
        Self { colors }
    }

    /// Red, green and blue for a heat; what is outside of 0 to 1 counts as the nearer end, NaN as 0.
    pub fn color(&self, heat: f32) -> [u8; 3] {
        // The cast turns NaN into 0.
        self.colors[(heat.clamp(0.0, 1.0) * 255.0).round() as usize]
    }

    /// The 256 colors from 0 to 1, for a legend.
    pub fn colors(&self) -> &[[u8; 3]] {
        &self.colors
    }
}

/// The path in `OKLab`: lightness, green to red, blue to yellow.
fn fine_path() -> Vec<[f64; 3]> {
    let points = PATH.map(|[lightness, chroma, hue]| {
        let hue = hue.to_radians();
        [lightness, chroma * hue.cos(), chroma * hue.sin()]
    });
    let mut fine = Vec::with_capacity((PATH.len() - 1) * N_FINE + 1);
    for leg in 0..PATH.len() - 1 {
        let [before, from, to, after] =
            [leg.saturating_sub(1), leg, leg + 1, (leg + 2).min(PATH.len() - 1)].map(|idx| points[idx]);
        fine.extend((0..N_FINE).map(|idx| {
            let part = idx as f64 / N_FINE as f64;
            std::array::from_fn(|axis| spline([before[axis], from[axis], to[axis], after[axis]], part))
        }));
    }
    fine.push(points[PATH.len() - 1]);
    fine
}

/// Between the second and the third of four values, without a corner at either (Catmull and Rom 1974).
fn spline([before, from, to, after]: [f64; 4], part: f64) -> f64 {
    let (slope_from, slope_to) = ((to - before) / 2.0, (after - from) / 2.0);
    let rise = to - from;
    let (square, cube) = (3.0 * rise - 2.0 * slope_from - slope_to, slope_from + slope_to - 2.0 * rise);
    from + part * (slope_from + part * (square + part * cube))
}

fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

/// `OKLab` to 8-bit sRGB; matrices of Ottosson 2020.
fn to_srgb([lightness, a, b]: [f64; 3]) -> [u8; 3] {
    let long = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let medium = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let short = (lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
    let linear = [
        4.076_741_662_1 * long - 3.307_711_591_3 * medium + 0.230_969_929_2 * short,
        -1.268_438_004_6 * long + 2.609_757_401_1 * medium - 0.341_319_396_5 * short,
        -0.004_196_086_3 * long - 0.703_418_614_7 * medium + 1.707_614_701_0 * short,
    ];
    linear.map(|v| {
        let v = v.clamp(0.0, 1.0);
        let encoded = if v <= 0.003_130_8 { 12.92 * v } else { 1.055 * v.powf(1.0 / 2.4) - 0.055 };
        (encoded * 255.0).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What readers without one kind of cone see, in linear RGB: Machado et al. 2009, doi:10.1109/TVCG.2009.113,
    /// severity 1.0 (protanopia, deuteranopia, tritanopia).
    const BLIND: [[[f64; 3]; 3]; 3] = [
        [[0.152_286, 1.052_583, -0.204_868], [0.114_503, 0.786_281, 0.099_216], [-0.003_882, -0.048_116, 1.051_998]],
        [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]],
        [[1.255_528, -0.076_749, -0.178_779], [-0.078_411, 0.930_809, 0.147_602], [0.004_733, 0.691_367, 0.303_900]],
    ];

    fn linear(color: [u8; 3]) -> [f64; 3] {
        color.map(|v| {
            let v = f64::from(v) / 255.0;
            if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        })
    }

    fn oklab(linear: [f64; 3]) -> [f64; 3] {
        let mix = |m: [f64; 3]| m.iter().zip(linear).map(|(m, v)| m * v).sum::<f64>().max(0.0).cbrt();
        let long = mix([0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9]);
        let medium = mix([0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6]);
        let short = mix([0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5]);
        [
            0.210_454_255_3 * long + 0.793_617_785_0 * medium - 0.004_072_046_8 * short,
            1.977_998_495_1 * long - 2.428_592_205_0 * medium + 0.450_593_709_9 * short,
            0.025_904_037_1 * long + 0.782_771_766_2 * medium - 0.808_675_766_0 * short,
        ]
    }

    #[test]
    fn steps_are_even_and_lightness_only_rises() {
        let colors: Vec<_> = Colormap::heat().colors().iter().map(|color| oklab(linear(*color))).collect();
        assert!(colors.windows(2).all(|pair| pair[1][0] > pair[0][0] - 0.002));
        // Sixteen steps together, so that rounding to 8 bits does not matter; corners cut a little off.
        let steps: Vec<f64> = (0..15).map(|idx| distance(colors[idx * 16], colors[idx * 16 + 16])).collect();
        let (low, high) = steps.iter().fold((f64::MAX, 0.0_f64), |(low, high), v| (low.min(*v), high.max(*v)));
        assert!(high / low < 1.15, "{low} {high}");
    }

    #[test]
    fn no_color_is_clipped() {
        for color in fine_path() {
            let back = oklab(linear(to_srgb(color)));
            assert!(distance(color, back) < 0.006, "{color:?} {back:?}");
        }
    }

    #[test]
    fn color_blind_readers_see_the_order() {
        for matrix in BLIND {
            let seen: Vec<_> = Colormap::heat()
                .colors()
                .iter()
                .map(|color| {
                    let color = linear(*color);
                    oklab(matrix.map(|row| row.iter().zip(color).map(|(m, v)| m * v).sum::<f64>().clamp(0.0, 1.0)))
                })
                .collect();
            assert!(seen.iter().zip(&seen[32..]).all(|(a, b)| b[0] > a[0] + 0.03), "{matrix:?}");
        }
    }
}
