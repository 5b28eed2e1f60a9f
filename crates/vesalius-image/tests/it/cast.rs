//! Samples of another type: exact, rounded, clipped, or an error that counts.

use vesalius_image::cast::{Fit, cast};
use vesalius_image::{Dtype, ErrorKind, Samples};

use crate::every_type;

#[track_caller]
fn check(values: &[f64], dtype: Dtype, fit: Fit, expected: Result<&[f64], &str>) {
    match (cast(&Samples::F64(values.to_vec()), dtype, fit), expected) {
        (Ok(found), Ok(expected)) => {
            assert_eq!((found.dtype(), found.to_f64().as_slice()), (dtype, expected), "{values:?} {dtype} {fit:?}");
        }
        (Err(error), Err(part)) => {
            assert_eq!(error.kind(), ErrorKind::Parameter);
            assert!(error.to_string().contains(part), "{error}");
        }
        (found, expected) => panic!("{values:?} {dtype} {fit:?}: {found:?}, expected {expected:?}"),
    }
}

#[test]
fn what_fits_is_kept_and_what_does_not_is_counted() {
    check(&[0.0, 255.0], Dtype::U8, Fit::Exact, Ok(&[0.0, 255.0]));
    check(&[0.5, 1.0, -1.0, 256.0], Dtype::U8, Fit::Exact, Err("3 of 4 values do not fit u8, the first is 0.5"));
    check(&[-32768.0, 32767.0], Dtype::I16, Fit::Exact, Ok(&[-32768.0, 32767.0]));
    check(&[4_294_967_295.0], Dtype::U32, Fit::Exact, Ok(&[4_294_967_295.0]));
    check(&[0.25], Dtype::F32, Fit::Exact, Ok(&[0.25]));
    check(&[0.1], Dtype::F32, Fit::Exact, Err("round or clip"));
}

#[test]
fn rounding_and_clipping_do_what_they_say() {
    check(&[0.5, 1.5, 2.4, -0.4], Dtype::U8, Fit::Round, Ok(&[0.0, 2.0, 2.0, 0.0]));
    check(&[255.6], Dtype::U8, Fit::Round, Err("clip them"));
    check(&[-7.0, 300.0, f64::INFINITY], Dtype::U8, Fit::Clip, Ok(&[0.0, 255.0, 255.0]));
    check(&[f64::NAN], Dtype::I16, Fit::Clip, Err("replace what is not a number"));
    check(&[0.1], Dtype::F32, Fit::Round, Ok(&[f64::from(0.1_f32)]));
    check(&[1e300], Dtype::F32, Fit::Round, Err("1 of 1"));
    check(&[-1e300], Dtype::F32, Fit::Clip, Ok(&[f64::from(f32::MIN)]));
}

#[test]
fn every_type_survives_the_widest() {
    for samples in every_type() {
        let wide = cast(&samples, Dtype::F64, Fit::Exact).unwrap();
        assert_eq!(cast(&wide, samples.dtype(), Fit::Exact).unwrap(), samples);
    }
    let not_a_number = cast(&Samples::F64(vec![f64::NAN]), Dtype::F32, Fit::Exact).unwrap();
    assert!(not_a_number.get(0).is_nan());
    let error = cast(&Samples::U8(vec![1]), Dtype::F16, Fit::Exact).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}
