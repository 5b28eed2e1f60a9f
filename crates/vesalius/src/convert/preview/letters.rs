//! The letters that say which side of the patient is where.

/// Red, green and blue bytes of each pixel in turn, row by row from the top.
pub(super) struct Canvas {
    pub(super) rgb: Vec<u8>,
    pub(super) width: usize,
    pub(super) height: usize,
}

/// Pixels for each dot of a letter.
const DOT_PX: usize = 2;

/// Rows of dots from the top; the leftmost of five dots is the highest bit.
const LETTERS: [(char, [u8; 7]); 6] = [
    ('A', [0b01110, 0b10001, 0b10001, 0b11111, 0b10001, 0b10001, 0b10001]),
    ('I', [0b01110, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110]),
    ('L', [0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b10000, 0b11111]),
    ('P', [0b11110, 0b10001, 0b10001, 0b11110, 0b10000, 0b10000, 0b10000]),
    ('R', [0b11110, 0b10001, 0b10001, 0b11110, 0b10100, 0b10010, 0b10001]),
    ('S', [0b01111, 0b10000, 0b10000, 0b01110, 0b00001, 0b00001, 0b11110]),
];

/// Draws a letter around a center `[y, x]`: white with a black rim, so that it is seen on any ground.
pub(super) fn draw(canvas: &mut Canvas, letter: char, [y, x]: [usize; 2]) {
    let Some((_, rows)) = LETTERS.iter().find(|(known, _)| *known == letter) else { return };
    let is_set = |row: isize, column: isize| {
        let bits = usize::try_from(row).ok().and_then(|row| rows.get(row));
        (0..5).contains(&column) && bits.is_some_and(|bits| bits >> (4 - column) & 1 == 1)
    };
    for row in -1..8_isize {
        for column in -1..6_isize {
            let is_near = || (-1..=1).any(|dy| (-1..=1).any(|dx| is_set(row + dy, column + dx)));
            let shade = match is_set(row, column) {
                true => u8::MAX,
                false if is_near() => 0,
                false => continue,
            };
            for dot in 0..DOT_PX * DOT_PX {
                let at = |center: usize, dots: isize, offset: usize, half: isize| {
                    center.checked_add_signed((dots - half) * DOT_PX as isize + offset as isize)
                };
                let place = (at(y, row, dot / DOT_PX, 3), at(x, column, dot % DOT_PX, 2));
                if let (Some(y), Some(x)) = place
                    && y < canvas.height
                    && x < canvas.width
                {
                    canvas.rgb[(y * canvas.width + x) * 3..][..3].fill(shade);
                }
            }
        }
    }
}
