//! Numbers at their places in a binary header, in either byte order.

use crate::samples::ByteOrder;

/// A header of `N` bytes. A place past its end is a mistake of ours, and stops the program.
pub(crate) struct Fields<'a, const N: usize> {
    pub(crate) bytes: &'a [u8; N],
    pub(crate) order: ByteOrder,
}

macro_rules! number {
    ($($kind:ident),*) => {$(
        pub(crate) fn $kind(&self, at: usize) -> $kind {
            let bytes = self.array(at);
            match self.order {
                ByteOrder::LowFirst => $kind::from_le_bytes(bytes),
                ByteOrder::HighFirst => $kind::from_be_bytes(bytes),
            }
        }
    )*};
}

impl<const N: usize> Fields<'_, N> {
    number!(i16, i32, i64, f32, f64);

    /// The bytes from a place on.
    pub(crate) fn array<const M: usize>(&self, at: usize) -> [u8; M] {
        std::array::from_fn(|idx| self.bytes[at + idx])
    }

    /// `M` numbers of 32 bits one behind the other, as `f64`.
    pub(crate) fn f32s<const M: usize>(&self, at: usize) -> [f64; M] {
        std::array::from_fn(|idx| f64::from(self.f32(at + 4 * idx)))
    }

    /// `M` numbers of 64 bits one behind the other.
    pub(crate) fn f64s<const M: usize>(&self, at: usize) -> [f64; M] {
        std::array::from_fn(|idx| self.f64(at + 8 * idx))
    }
}
