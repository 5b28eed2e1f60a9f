//! The inverse cosine transform of a block in whole numbers.
//!
//! The factorization of Loeffler, Ligtenberg and Moschytz (1989, doi:10.1109/ICASSP.1989.266596) with constants of
//! 13 bits, rounded where the reference library rounds, so that lossy images are equal to its to the bit.

/// Bits of the constants.
const CONSTANT_BITS: u32 = 13;

/// A constant as a whole number.
const fn fixed(value: f64) -> i64 {
    (value * (1 << CONSTANT_BITS) as f64 + 0.5) as i64
}

/// Samples of one block, row after row, of dequantized coefficients in the same order.
pub(super) fn block(coefficients: &[i32; 64], precision: u32) -> [u16; 64] {
    // Bits that are kept between the passes; fewer where samples are wider.
    let kept_bits = if precision > 8 { 1 } else { 2 };
    let mut between = [0_i64; 64];
    for column in 0..8 {
        let input: [i64; 8] = std::array::from_fn(|row| i64::from(coefficients[8 * row + column]));
        let output = if input[1..].iter().all(|value| *value == 0) {
            [input[0] << kept_bits; 8]
        } else {
            line(&input, CONSTANT_BITS - kept_bits)
        };
        for (row, value) in output.into_iter().enumerate() {
            between[8 * row + column] = value;
        }
    }
    let (center, largest) = (1_i64 << (precision - 1), (1_i64 << precision) - 1);
    let mut samples = [0_u16; 64];
    for (input, output) in between.as_chunks::<8>().0.iter().zip(samples.as_chunks_mut::<8>().0) {
        // Three bits for the scale of the transform, which is eight in two dimensions.
        *output = line(input, CONSTANT_BITS + kept_bits + 3).map(|value| (value + center).clamp(0, largest) as u16);
    }
    samples
}

/// Eight values of one dimension, divided by a power of two and rounded.
fn line(input: &[i64; 8], shift: u32) -> [i64; 8] {
    let turned = (input[2] + input[6]) * fixed(0.541_196_100);
    let (even_2, even_3) = (turned - input[6] * fixed(1.847_759_065), turned + input[2] * fixed(0.765_366_865));
    let even_0 = (input[0] + input[4]) << CONSTANT_BITS;
    let even_1 = (input[0] - input[4]) << CONSTANT_BITS;
    let even = [even_0 + even_3, even_1 + even_2, even_1 - even_2, even_0 - even_3];

    let [seven, five, three, one] = [input[7], input[5], input[3], input[1]];
    let outer = (seven + one) * -fixed(0.899_976_223);
    let inner = (five + three) * -fixed(2.562_915_447);
    let all = (seven + three + five + one) * fixed(1.175_875_602);
    let first = (seven + three) * -fixed(1.961_570_560) + all;
    let second = (five + one) * -fixed(0.390_180_644) + all;
    let odd = [
        one * fixed(1.501_321_110) + outer + second,
        three * fixed(3.072_711_026) + inner + first,
        five * fixed(2.053_119_869) + inner + second,
        seven * fixed(0.298_631_336) + outer + first,
    ];
    let half = 1_i64 << (shift - 1);
    std::array::from_fn(|at| {
        let sum = if at < 4 { even[at] + odd[at] } else { even[7 - at] - odd[7 - at] };
        (sum + half) >> shift
    })
}
