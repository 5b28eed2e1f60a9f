//! The bits of a scan: behind a byte of ones the next has seven bits, and a marker ends them.

use super::super::codec::damaged;
use crate::error::Result;

/// Reads bits from the highest on.
pub(super) struct Bits<'b> {
    bytes: &'b [u8],
    at: usize,
    /// Bits that are waiting, at the low end.
    held: u64,
    n_held: u32,
    was_full: bool,
}

impl<'b> Bits<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0, held: 0, n_held: 0, was_full: false }
    }

    /// How many bytes have been looked at.
    pub(super) fn n_bytes(&self) -> usize {
        // What was held in vain is looked for again by whoever seeks the next marker.
        self.at.saturating_sub(self.n_held as usize / 8 + 1)
    }

    fn fill(&mut self) {
        while self.n_held <= 48 {
            let Some(byte) = self.bytes.get(self.at) else { return };
            if self.was_full && *byte >= 0x80 {
                return;
            }
            let n = if self.was_full { 7 } else { 8 };
            self.held = self.held << n | u64::from(*byte);
            self.n_held += n;
            self.was_full = *byte == 0xff;
            self.at += 1;
        }
    }

    /// The next `n` bits, at most 32.
    pub(super) fn take(&mut self, n: u32) -> Result<u32> {
        if self.n_held < n {
            self.fill();
            if self.n_held < n {
                return Err(damaged("its data end early"));
            }
        }
        self.n_held -= n;
        Ok((self.held >> self.n_held) as u32 & ((1_u64 << n) - 1) as u32)
    }

    /// How many zeros come before the next one, which is passed over; an error beyond `n_max`.
    pub(super) fn zeros(&mut self, n_max: u32) -> Result<u32> {
        let mut n_zeros = 0;
        loop {
            if self.n_held == 0 {
                self.fill();
                if self.n_held == 0 {
                    return Err(damaged("its data end early"));
                }
            }
            let leading = (self.held << (64 - self.n_held)).leading_zeros();
            if leading < self.n_held {
                self.n_held -= leading + 1;
                n_zeros += leading;
                return if n_zeros <= n_max { Ok(n_zeros) } else { Err(damaged("a code word is too long")) };
            }
            n_zeros += self.n_held;
            self.n_held = 0;
            if n_zeros > n_max {
                return Err(damaged("a code word is too long"));
            }
        }
    }
}
