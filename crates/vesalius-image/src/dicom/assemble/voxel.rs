//! The types that a volume may be put together in.

use crate::samples::Samples;

/// A sample type of a volume.
pub(super) trait Voxel: Copy + Default + PartialEq + Send + Sync {
    /// The smallest and the largest whole number that it holds; `None` where that is not what limits it.
    const LIMITS: Option<(i32, i32)>;

    /// The value of a whole number within the limits.
    fn of_i32(value: i32) -> Self;

    /// The nearest value.
    fn of_f64(value: f64) -> Self;

    /// The values of samples of this type.
    fn same(samples: &Samples) -> Option<&[Self]>;

    fn wrap(values: Vec<Self>) -> Samples;
}

macro_rules! voxel {
    ($kind:ty, $wrap:path, $limits:expr) => {
        impl Voxel for $kind {
            const LIMITS: Option<(i32, i32)> = $limits;

            #[inline]
            fn of_i32(value: i32) -> Self {
                value as Self
            }

            #[inline]
            fn of_f64(value: f64) -> Self {
                value as Self
            }

            fn same(samples: &Samples) -> Option<&[Self]> {
                if let $wrap(values) = samples { Some(values) } else { None }
            }

            fn wrap(values: Vec<Self>) -> Samples {
                $wrap(values)
            }
        }
    };
}
voxel!(u8, Samples::U8, Some((0, u8::MAX as i32)));
voxel!(i8, Samples::I8, Some((i8::MIN as i32, i8::MAX as i32)));
voxel!(u16, Samples::U16, Some((0, u16::MAX as i32)));
voxel!(i16, Samples::I16, Some((i16::MIN as i32, i16::MAX as i32)));
voxel!(u32, Samples::U32, Some((0, i32::MAX)));
voxel!(i32, Samples::I32, Some((i32::MIN, i32::MAX)));
voxel!(f32, Samples::F32, None);
voxel!(f64, Samples::F64, None);
