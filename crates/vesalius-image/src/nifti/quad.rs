//! 128-bit floating point to 64 bits (IEEE 754 binary128 and binary64).

/// Bits of the fraction in 128 and in 64 bits.
const FRACTION_BITS: u32 = 112;
const FRACTION_BITS_F64: u32 = 52;
/// What is added to exponents.
const BIAS: i32 = 16_383;
const BIAS_F64: i32 = 1023;

/// The nearest `f64`, ties to even, and whether it is exactly the value.
pub(super) fn to_f64(bits: u128) -> (f64, bool) {
    let sign = ((bits >> 127) as u64) << 63;
    let exponent = (bits >> FRACTION_BITS) as i32 & 0x7fff;
    let fraction = bits & ((1 << FRACTION_BITS) - 1);
    let (magnitude, is_exact) = match (exponent, fraction) {
        (0x7fff, 0) => (f64::INFINITY.to_bits(), true),
        (0x7fff, _) => (f64::NAN.to_bits(), true),
        // All other values without the leading bit are far below the smallest of `f64`.
        (0, _) => (0, fraction == 0),
        _ => rounded(exponent - BIAS, fraction | 1 << FRACTION_BITS),
    };
    (f64::from_bits(sign | magnitude), is_exact)
}

/// The bits of the `f64` nearest to significand × 2^(exponent − 112).
fn rounded(exponent: i32, significand: u128) -> (u64, bool) {
    if exponent > BIAS_F64 {
        return (f64::INFINITY.to_bits(), false);
    }
    // Below the smallest exponent of `f64` further bits are given up.
    let n_below = (1 - BIAS_F64 - exponent).max(0).cast_unsigned();
    let n_dropped = FRACTION_BITS - FRACTION_BITS_F64 + n_below;
    if n_dropped > FRACTION_BITS + 1 {
        return (0, false);
    }
    let kept = (significand >> n_dropped) as u64;
    let rest = significand & ((1 << n_dropped) - 1);
    let half = 1_u128 << (n_dropped - 1);
    let is_up = rest > half || (rest == half && kept & 1 == 1);
    // The leading bit adds one to the exponent field, and a carry out of the fraction does so too.
    let field = if n_below > 0 { 0 } else { (exponent + BIAS_F64 - 1) as u64 };
    ((field << FRACTION_BITS_F64) + kept + u64::from(is_up), rest == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The 128 bits of a value that 64 bits hold normally.
    fn widened(value: f64) -> u128 {
        let bits = value.to_bits();
        let exponent = (bits >> 52 & 0x7ff) as i32 - BIAS_F64 + BIAS;
        u128::from(bits >> 63) << 127 | (exponent as u128) << 112 | u128::from(bits & ((1 << 52) - 1)) << 60
    }

    #[test]
    fn values_of_64_bits_come_back() {
        for value in [1.0, -1.5, std::f64::consts::PI, f64::MAX, f64::MIN_POSITIVE, -1e-300, 3e300] {
            assert_eq!(to_f64(widened(value)), (value, true));
        }
        assert_eq!(to_f64(0), (0.0, true));
        assert!(to_f64(1 << 127).0.is_sign_negative());
        assert_eq!(to_f64(0x7fff << 112), (f64::INFINITY, true));
        assert!(to_f64(0x7fff << 112 | 1).0.is_nan());
    }

    #[test]
    fn others_are_rounded_to_the_nearest_and_say_so() {
        let one = widened(1.0);
        let ulp = 1_u128 << 60;
        assert_eq!(to_f64(one + 1), (1.0, false));
        assert_eq!(to_f64(one + ulp / 2), (1.0, false));
        assert_eq!(to_f64(one + ulp / 2 + 1), (1.0 + f64::EPSILON, false));
        assert_eq!(to_f64(one + ulp + ulp / 2), (1.0 + 2.0 * f64::EPSILON, false));
        assert_eq!(to_f64(widened(2.0) - 1), (2.0, false));
        assert_eq!(to_f64(widened(f64::MAX) + ulp / 2), (f64::INFINITY, false));
        assert_eq!(to_f64(0x7ffe << 112), (f64::INFINITY, false));
        let power = |exponent: i32| ((exponent + BIAS) as u128) << 112;
        assert_eq!(to_f64(power(-1074)), (f64::from_bits(1), true));
        assert_eq!(to_f64(power(-1030) | 1 << 111), (1.5 * (-1030_f64).exp2(), true));
        assert_eq!(to_f64(power(-1075)), (0.0, false));
        assert_eq!(to_f64(power(-1075) + 1), (f64::from_bits(1), false));
        assert_eq!(to_f64(power(-1076)), (0.0, false));
        assert_eq!(to_f64(1), (0.0, false));
    }
}
