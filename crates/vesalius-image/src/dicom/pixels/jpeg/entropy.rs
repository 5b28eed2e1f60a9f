//! The bits of a scan, and the Huffman codes in them.

use super::damaged;
use crate::error::Result;

/// Codes up to this length are looked up in one step.
const FAST_BITS: u32 = 9;

/// Padding behind the data that is looked at and not used.
const BYTES_PADDED_MAX: u32 = 64;

/// A Huffman code (T.81, annexes C and F.2.2.3).
pub(super) struct Table {
    /// Length and symbol by the first bits of a short code; length 0 for others.
    fast: Vec<(u8, u8)>,
    /// The largest code of each length, shifted to 16 bits, and one more.
    limit: [u32; 17],
    /// What is added to a code of each length to find its symbol.
    offset: [i32; 17],
    symbols: Vec<u8>,
}

impl Table {
    /// The code with so many symbols of 1, 2 … 16 bits; `None` where there are more than such codes.
    pub(super) fn new(counts: &[u8; 16], symbols: &[u8]) -> Option<Self> {
        let mut table =
            Self { fast: vec![(0, 0); 1 << FAST_BITS], limit: [0; 17], offset: [0; 17], symbols: symbols.to_vec() };
        let (mut code, mut at) = (0_u32, 0_usize);
        for length in 1..=16_u32 {
            let n_codes = u32::from(counts[length as usize - 1]);
            if code + n_codes > 1 << length {
                return None;
            }
            table.offset[length as usize] = at as i32 - code as i32;
            for symbol in symbols.get(at..at + n_codes as usize)? {
                if length <= FAST_BITS {
                    let first = (code << (FAST_BITS - length)) as usize;
                    table.fast[first..first + (1 << (FAST_BITS - length))].fill((length as u8, *symbol));
                }
                code += 1;
            }
            at += n_codes as usize;
            table.limit[length as usize] = code << (16 - length);
            code <<= 1;
        }
        Some(table)
    }
}

/// Bits of a scan up to its next marker.
pub(super) struct Bits<'b> {
    bytes: &'b [u8],
    pos: usize,
    /// The next bits, the first highest.
    ahead: u64,
    n_ahead: u32,
    /// Zero bytes that were put behind the data so far.
    n_padded: u32,
}

impl<'b> Bits<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, pos: 0, ahead: 0, n_ahead: 0, n_padded: 0 }
    }

    fn fill(&mut self) {
        while self.n_ahead <= 56 {
            let byte = match self.bytes.get(self.pos) {
                Some(0xff) if self.bytes.get(self.pos + 1) == Some(&0) => {
                    self.pos += 2;
                    0xff
                }
                Some(byte) if *byte != 0xff => {
                    self.pos += 1;
                    *byte
                }
                _ => {
                    self.n_padded = self.n_padded.saturating_add(1);
                    0
                }
            };
            self.ahead |= u64::from(byte) << (56 - self.n_ahead);
            self.n_ahead += 8;
        }
    }

    fn skip(&mut self, n: u32) {
        self.ahead <<= n;
        self.n_ahead -= n;
    }

    /// The next symbol of a code; 0 where the bits are none.
    pub(super) fn symbol(&mut self, table: &Table) -> u8 {
        if self.n_ahead < 32 {
            self.fill();
        }
        let (length, symbol) = table.fast[(self.ahead >> (64 - FAST_BITS)) as usize];
        if length > 0 {
            self.skip(u32::from(length));
            return symbol;
        }
        let code = (self.ahead >> 48) as u32;
        for length in FAST_BITS + 1..=16 {
            if code < table.limit[length as usize] {
                self.skip(length);
                let idx = (code >> (16 - length)) as i32 + table.offset[length as usize];
                return usize::try_from(idx).ok().and_then(|idx| table.symbols.get(idx)).copied().unwrap_or(0);
            }
        }
        // No code begins so: the padding makes sure that this ends.
        self.skip(16);
        self.n_padded = BYTES_PADDED_MAX;
        0
    }

    /// A number of so many bits, those that begin with 0 standing for negative ones (T.81, F.2.2.1).
    pub(super) fn number(&mut self, n_bits: u32) -> i32 {
        if n_bits == 0 {
            return 0;
        }
        if self.n_ahead < 32 {
            self.fill();
        }
        let value = (self.ahead >> (64 - n_bits)) as i32;
        self.skip(n_bits);
        if value < 1 << (n_bits - 1) { value - (1 << n_bits) + 1 } else { value }
    }

    /// An error where more bits were taken than there are.
    pub(super) fn check(&self) -> Result<()> {
        if self.n_padded >= BYTES_PADDED_MAX || 8 * self.n_padded > self.n_ahead {
            return Err(damaged("its data ends early or is no code"));
        }
        Ok(())
    }

    /// Goes behind the next restart marker.
    pub(super) fn restart(&mut self) -> Result<()> {
        self.check()?;
        while let Some([first, second]) = self.bytes.get(self.pos..self.pos + 2) {
            match (first, second) {
                (0xff, 0xd0..=0xd7) => {
                    *self = Self { pos: self.pos + 2, ..Self::new(self.bytes) };
                    return Ok(());
                }
                (0xff, 0x01..=0xfe) => break,
                _ => self.pos += 1,
            }
        }
        Err(damaged("a restart marker is missing"))
    }

    /// Where the scan ends: at its next marker.
    pub(super) fn end(&self) -> usize {
        self.pos
    }
}
