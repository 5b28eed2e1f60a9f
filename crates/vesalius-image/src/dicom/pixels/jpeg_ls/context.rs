//! What the coder learns of the errors of its prediction, context by context (T.87, annex A).

/// What a scan is decoded by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Thresholds {
    /// The greatest sample.
    pub(super) greatest: i32,
    /// How far a sample may be from the true one.
    pub(super) near: i32,
    /// Where steps between neighbors count as larger.
    pub(super) steps: [i32; 3],
    /// After so many samples a context forgets half.
    pub(super) reset: i32,
    /// Number of different errors.
    pub(super) range: i32,
    /// Bits of an error that is written out.
    pub(super) error_bits: u32,
    /// Longest code word.
    pub(super) limit: u32,
}

impl Thresholds {
    /// The usual thresholds (T.87, C.2.4.1.1).
    pub(super) fn new(greatest: i32, near: i32) -> Self {
        let clamp = |value: i32, least: i32| if value > greatest || value < least { least } else { value };
        let steps = if greatest >= 128 {
            let factor = (greatest.min(4095) + 128) / 256;
            let low = clamp(factor + 2 + 3 * near, near + 1);
            let middle = clamp(4 * factor + 3 + 5 * near, low);
            [low, middle, clamp(17 * factor + 4 + 7 * near, middle)]
        } else {
            let factor = 256 / (greatest + 1);
            let low = clamp((3 / factor + 3 * near).max(2), near + 1);
            let middle = clamp((7 / factor + 5 * near).max(3), low);
            [low, middle, clamp((21 / factor + 7 * near).max(4), middle)]
        };
        let range = (greatest + 2 * near) / (2 * near + 1) + 1;
        let bits_of = |n: i32| i32::BITS - (n - 1).leading_zeros();
        let sample_bits = bits_of(greatest + 1).max(2);
        let limit = 2 * (sample_bits + sample_bits.max(8));
        Self { greatest, near, steps, reset: 64, range, error_bits: bits_of(range), limit }
    }

    /// The class of a step between neighbors, from -4 to 4.
    #[inline]
    pub(super) fn class(&self, step: i32) -> i32 {
        let size = step.abs();
        let class = if size <= self.near {
            0
        } else if size < self.steps[0] {
            1
        } else if size < self.steps[1] {
            2
        } else if size < self.steps[2] {
            3
        } else {
            4
        };
        if step < 0 { -class } else { class }
    }

    /// The sample of a prediction and its error: brought into the range, in which errors wrap.
    #[inline]
    pub(super) fn sample(&self, predicted: i32, error: i32) -> i32 {
        let width = self.range * (2 * self.near + 1);
        let mut value = predicted + error * (2 * self.near + 1);
        if value < -self.near {
            value += width;
        } else if value > self.greatest + self.near {
            value -= width;
        }
        value.clamp(0, self.greatest)
    }
}

/// A context of regular samples.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context {
    sum_of_sizes: i32,
    bias: i32,
    pub(super) correction: i32,
    n: i32,
}

impl Context {
    pub(super) fn new(range: i32) -> Self {
        Self { sum_of_sizes: ((range + 32) / 64).max(2), bias: 0, correction: 0, n: 1 }
    }

    /// How many low bits of an error are written plainly.
    #[inline]
    pub(super) fn n_plain(&self) -> u32 {
        n_plain(self.n, self.sum_of_sizes)
    }

    /// The error of a code: alternating in sign, and turned round where the context leans to the negative.
    #[inline]
    pub(super) fn error(&self, code: u32, n_plain: u32, near: i32) -> i32 {
        let half = (code >> 1) as i32;
        let error = if code & 1 == 1 { -half - 1 } else { half };
        if near == 0 && n_plain == 0 && 2 * self.bias <= -self.n { -error - 1 } else { error }
    }

    #[inline]
    pub(super) fn learn(&mut self, error: i32, thresholds: &Thresholds) {
        self.bias += error * (2 * thresholds.near + 1);
        self.sum_of_sizes += error.abs();
        if self.n == thresholds.reset {
            self.sum_of_sizes >>= 1;
            self.bias = if self.bias >= 0 { self.bias >> 1 } else { -((1 - self.bias) >> 1) };
            self.n >>= 1;
        }
        self.n += 1;
        if self.bias <= -self.n {
            self.bias = (self.bias + self.n).max(1 - self.n);
            self.correction = (self.correction - 1).max(-128);
        } else if self.bias > 0 {
            self.bias = (self.bias - self.n).min(0);
            self.correction = (self.correction + 1).min(127);
        }
    }
}

/// A context of samples that end a run; `kind` is 1 where the sample above is like the run, else 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct RunContext {
    kind: i32,
    sum_of_sizes: i32,
    n: i32,
    n_negative: i32,
}

impl RunContext {
    pub(super) fn new(kind: i32, range: i32) -> Self {
        Self { kind, sum_of_sizes: ((range + 32) / 64).max(2), n: 1, n_negative: 0 }
    }

    pub(super) fn n_plain(&self) -> u32 {
        n_plain(self.n, self.sum_of_sizes + self.kind * (self.n >> 1))
    }

    /// The error of a code, which is learned from at once.
    pub(super) fn error(&mut self, code: u32, n_plain: u32, thresholds: &Thresholds) -> i32 {
        let code = code as i32;
        let value = code + self.kind;
        let size = (value + 1) >> 1;
        let leans = n_plain != 0 || 2 * self.n_negative >= self.n;
        let error = if leans == (value & 1 == 1) { -size } else { size };
        if error < 0 {
            self.n_negative += 1;
        }
        self.sum_of_sizes += (code + 1 - self.kind) >> 1;
        if self.n == thresholds.reset {
            self.sum_of_sizes >>= 1;
            self.n >>= 1;
            self.n_negative >>= 1;
        }
        self.n += 1;
        error
    }
}

#[inline]
fn n_plain(n: i32, sum: i32) -> u32 {
    let mut n_plain = 0;
    // The sum grows by at most the range with each of `n`, so that this ends soon.
    while (i64::from(n) << n_plain) < i64::from(sum) {
        n_plain += 1;
    }
    n_plain
}
