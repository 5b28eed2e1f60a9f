//! LZW as TIFF has it: codes of 9 to 12 bits, high bit first, which grow one code early (TIFF 6.0, section 13).

const CLEAR: usize = 256;
const END: usize = 257;
const CODES_MAX: usize = 4096;

/// Unpacks into `out`; how many bytes were written before codes, or `out`, ended. `None` where a code is impossible.
pub(super) fn unpack(packed: &[u8], out: &mut [u8]) -> Option<usize> {
    // A string is the string of an earlier code and one byte more.
    let mut prefix = [0_u16; CODES_MAX];
    let mut last = [0_u8; CODES_MAX];
    let mut length = [1_u32; CODES_MAX];
    for (code, byte) in last.iter_mut().enumerate().take(CLEAR) {
        *byte = code as u8;
    }
    let mut codes = Codes { packed, at: 0, held: 0, n_held: 0 };
    let mut n_codes = END + 1;
    let mut before: Option<usize> = None;
    let mut n_written = 0;
    while n_written < out.len() {
        let n_bits = (usize::BITS - (n_codes + 1).leading_zeros()).clamp(9, 12);
        match codes.next(n_bits) {
            None | Some(END) => break,
            Some(CLEAR) => {
                n_codes = END + 1;
                before = None;
            }
            Some(code) => {
                if let Some(before) = before.filter(|_| n_codes < CODES_MAX) {
                    prefix[n_codes] = before as u16;
                    length[n_codes] = length[before] + 1;
                    // A code may name the string that is just being made; it begins as the one before.
                    last[n_codes] = first_byte(if code == n_codes { before } else { code }, n_codes, &prefix, &last)?;
                    n_codes += 1;
                }
                if code >= n_codes {
                    return None;
                }
                n_written += write(code, &prefix, &last, length[code] as usize, &mut out[n_written..]);
                before = Some(code);
            }
        }
    }
    Some(n_written)
}

fn first_byte(mut code: usize, n_codes: usize, prefix: &[u16], last: &[u8]) -> Option<u8> {
    if code >= n_codes || code == END || code == CLEAR {
        return None;
    }
    while code > END {
        code = usize::from(prefix[code]);
    }
    Some(last[code])
}

/// Writes the string of a code from its end, as much of its beginning as fits.
fn write(mut code: usize, prefix: &[u16], last: &[u8], length: usize, out: &mut [u8]) -> usize {
    for at in (0..length).rev() {
        if let Some(byte) = out.get_mut(at) {
            *byte = last[code];
        }
        code = usize::from(prefix[code]);
    }
    length.min(out.len())
}

/// Bits from bytes, the high one first.
struct Codes<'a> {
    packed: &'a [u8],
    at: usize,
    held: u32,
    n_held: u32,
}

impl Codes<'_> {
    fn next(&mut self, n_bits: u32) -> Option<usize> {
        while self.n_held < n_bits {
            self.held = self.held << 8 | u32::from(*self.packed.get(self.at)?);
            self.at += 1;
            self.n_held += 8;
        }
        self.n_held -= n_bits;
        let code = self.held >> self.n_held;
        self.held &= (1 << self.n_held) - 1;
        Some(code as usize)
    }
}
