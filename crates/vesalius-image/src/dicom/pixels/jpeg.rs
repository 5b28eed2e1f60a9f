//! JPEG as DICOM uses it: baseline, extended with 8 and 12 bits, and lossless with every predictor (ITU-T T.81).
//!
//! Our own, since the decoders at hand know neither 12 bits nor give the samples that the reference library gives:
//! the inverse transform and the enlarging of chrominance here are its, to the bit. Progressive and arithmetic
//! coding, which DICOM has retired, are not read.

mod entropy;
mod inverse;
mod lossless;
mod sequential;
mod upsample;

use super::codec::damaged;
use crate::error::{Error, Result};
use entropy::Table;

/// Components that an image has at most: those of an interleaved scan.
const N_COMPONENTS_MAX: usize = 4;

const START_OF_IMAGE: u8 = 0xd8;
const END_OF_IMAGE: u8 = 0xd9;
const START_OF_SCAN: u8 = 0xda;

/// A decoded image before any change of color.
#[derive(Clone, Debug)]
pub(super) struct Picture {
    /// `[component, row, column]`, all components at full size.
    pub(super) samples: Vec<u16>,
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) n_components: usize,
    /// Bits of a sample.
    pub(super) precision: u32,
    /// What the stream says of its colors.
    pub(super) colors: Colors,
}

/// What a stream says of its colors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Colors {
    /// Whether it is marked as JFIF, whose colors are luminance and chrominance.
    pub(super) is_jfif: bool,
    /// Whether its components are called R, G and B.
    pub(super) is_named_rgb: bool,
}

impl Colors {
    /// Whether three components are luminance and chrominance, if the header of the file calls them this.
    ///
    /// The stream knows better than the header where it names its components or is marked as JFIF; an Adobe marker,
    /// which many writers set wrongly, is not asked. This is the rule of pydicom 3.
    pub(super) fn are_luma_chroma(self, photometric: &str) -> bool {
        !self.is_named_rgb && (photometric.starts_with("YBR_FULL") || (self.is_jfif && !photometric.contains("YBR")))
    }
}

/// Decodes a stream of at most `n_samples_max` samples.
///
/// An error where it is damaged or truncated, where it passes that limit, and where its kind is not read.
pub(super) fn decode(bytes: &[u8], n_samples_max: usize) -> Result<Picture> {
    let mut reader = Reader { bytes, pos: 0 };
    let mut state = State::default();
    if reader.marker()? != START_OF_IMAGE {
        return Err(damaged("it does not begin as JPEG does"));
    }
    loop {
        match reader.marker()? {
            END_OF_IMAGE => break,
            START_OF_SCAN => {
                let scan = state.scan(reader.segment()?)?;
                reader.pos += state.decode_scan(&scan, &bytes[reader.pos..])?;
                if state.is_complete() {
                    break;
                }
            }
            marker => state.segment(marker, reader.segment()?, n_samples_max)?,
        }
    }
    state.picture()
}

/// Walks from marker to marker.
struct Reader<'b> {
    bytes: &'b [u8],
    pos: usize,
}

impl<'b> Reader<'b> {
    /// The next marker; what lies before it is passed over.
    fn marker(&mut self) -> Result<u8> {
        while let Some([first, second]) = self.bytes.get(self.pos..self.pos + 2) {
            if *first == 0xff && !matches!(second, 0x00 | 0xff | 0xd0..=0xd7) {
                self.pos += 2;
                return Ok(*second);
            }
            self.pos += 1;
        }
        Err(damaged("it ends early"))
    }

    /// What a marker with a length holds.
    fn segment(&mut self) -> Result<&'b [u8]> {
        let length =
            self.bytes.get(self.pos..self.pos + 2).map_or(0, |b| usize::from(u16::from_be_bytes([b[0], b[1]])));
        let segment = self.bytes.get(self.pos + 2..self.pos + length.max(2));
        self.pos += length.max(2);
        segment.filter(|_| length >= 2).ok_or_else(|| damaged("a segment is longer than the stream"))
    }
}

/// How samples are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Process {
    /// By cosine transform, block after block.
    Sequential,
    /// By the difference from neighbors.
    Lossless,
}

/// The frame header.
#[derive(Clone, Debug)]
struct Frame {
    process: Process,
    precision: u32,
    width: usize,
    height: usize,
    components: Vec<Component>,
    /// Largest sampling factors of any component.
    across_max: usize,
    down_max: usize,
}

/// One component of an image, and its samples as far as they are decoded.
#[derive(Clone, Debug)]
struct Component {
    id: u8,
    /// Sampling factors.
    across: usize,
    down: usize,
    table_idx: usize,
    /// Its size without what is there to fill blocks.
    width: usize,
    height: usize,
    /// Samples of a row of `samples`, with what fills blocks.
    stride: usize,
    samples: Vec<u16>,
    is_decoded: bool,
}

/// A scan header.
struct Scan {
    /// Which components, each with the numbers of its tables for DC (or lossless) and AC.
    components: Vec<(usize, usize, usize)>,
    /// First coefficient, or the predictor.
    selection: u8,
    /// Bits by which samples were shifted down before coding.
    point_transform: u32,
}

/// What the segments so far have set.
#[derive(Default)]
struct State {
    quantization: [Option<[u16; 64]>; 4],
    dc: [Option<Table>; 4],
    ac: [Option<Table>; 4],
    /// Units between restart markers, if there are any.
    restart_interval: usize,
    frame: Option<Frame>,
    colors: Colors,
}

impl State {
    fn segment(&mut self, marker: u8, bytes: &[u8], n_samples_max: usize) -> Result<()> {
        match marker {
            0xc0 | 0xc1 => self.frame(Process::Sequential, bytes, n_samples_max),
            0xc3 => self.frame(Process::Lossless, bytes, n_samples_max),
            0xc4 => self.huffman_tables(bytes),
            0xc2 | 0xc6 | 0xca | 0xce => Err(unread("progressive")),
            0xc9 | 0xcb | 0xcc | 0xcd | 0xcf => Err(unread("arithmetic")),
            0xc5 | 0xc7 | 0xde => Err(unread("hierarchical")),
            0xdb => self.quantization_tables(bytes),
            0xdd => {
                let [high, low, ..] = *bytes else { return Err(damaged("its restart interval is missing")) };
                self.restart_interval = usize::from(u16::from_be_bytes([high, low]));
                Ok(())
            }
            0xe0 => {
                self.colors.is_jfif |= bytes.starts_with(b"JFIF");
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn frame(&mut self, process: Process, bytes: &[u8], n_samples_max: usize) -> Result<()> {
        let [precision, h1, h0, w1, w0, n_components, rest @ ..] = bytes else {
            return Err(damaged("its frame header is cut short"));
        };
        let (height, width) =
            (usize::from(u16::from_be_bytes([*h1, *h0])), usize::from(u16::from_be_bytes([*w1, *w0])));
        let (precision, n_components) = (u32::from(*precision), usize::from(*n_components));
        let is_known = match process {
            Process::Sequential => matches!(precision, 8 | 12),
            Process::Lossless => (2..=16).contains(&precision),
        };
        if self.frame.is_some() || !is_known || !(1..=N_COMPONENTS_MAX).contains(&n_components) {
            return Err(damaged("its frame header is impossible"));
        }
        if width == 0 || height == 0 || width * height * n_components > n_samples_max {
            return Err(damaged(&format!("it has {n_components} components of {width} by {height} samples")));
        }
        let mut components = Vec::with_capacity(n_components);
        let (specs, _) = rest.as_chunks::<3>();
        for [id, factors, table_idx] in specs.iter().take(n_components) {
            let (across, down) = (usize::from(factors >> 4), usize::from(factors & 15));
            let is_allowed = (1..=4).contains(&across) && (1..=4).contains(&down) && *table_idx < 4;
            if !is_allowed || (process == Process::Lossless && (across, down) != (1, 1)) {
                return Err(unread(&format!("{across} by {down} subsampled")));
            }
            components.push((*id, across, down, usize::from(*table_idx)));
        }
        if components.len() != n_components {
            return Err(damaged("its frame header is cut short"));
        }
        self.colors.is_named_rgb = components.iter().map(|component| component.0.to_ascii_uppercase()).eq(*b"RGB");
        self.frame = Some(Frame::new(process, precision, [width, height], &components));
        Ok(())
    }

    fn quantization_tables(&mut self, bytes: &[u8]) -> Result<()> {
        let mut rest = bytes;
        while let [head, values @ ..] = rest {
            let (is_wide, idx) = (head >> 4 != 0, usize::from(head & 15));
            let n_bytes = if is_wide { 128 } else { 64 };
            let (Some(values), true) = (values.get(..n_bytes), idx < 4) else {
                return Err(damaged("a quantization table is cut short"));
            };
            self.quantization[idx] = Some(std::array::from_fn(|at| match is_wide {
                true => u16::from_be_bytes([values[2 * at], values[2 * at + 1]]),
                false => u16::from(values[at]),
            }));
            rest = &rest[1 + n_bytes..];
        }
        Ok(())
    }

    fn huffman_tables(&mut self, bytes: &[u8]) -> Result<()> {
        let mut rest = bytes;
        while let [head, tail @ ..] = rest {
            let Some((counts, tail)) = tail.split_first_chunk::<16>() else {
                return Err(damaged("a code table is cut short"));
            };
            let n_symbols = counts.iter().map(|n| usize::from(*n)).sum();
            let (Some(symbols), idx) = (tail.get(..n_symbols), usize::from(head & 15)) else {
                return Err(damaged("a code table is cut short"));
            };
            let tables = if head >> 4 == 0 { &mut self.dc } else { &mut self.ac };
            let Some(slot) = tables.get_mut(idx) else { return Err(damaged("a code table has no place")) };
            *slot = Some(Table::new(counts, symbols).ok_or_else(|| damaged("a code table is impossible"))?);
            rest = &tail[n_symbols..];
        }
        Ok(())
    }

    fn scan(&self, bytes: &[u8]) -> Result<Scan> {
        let wrong = || damaged("a scan header is impossible");
        let frame = self.frame.as_ref().ok_or_else(wrong)?;
        let (n_components, rest) = bytes.split_first().ok_or_else(wrong)?;
        let n_components = usize::from(*n_components);
        if !(1..=frame.components.len()).contains(&n_components) {
            return Err(wrong());
        }
        let mut components: Vec<(usize, usize, usize)> = Vec::with_capacity(n_components);
        for [id, tables] in rest.as_chunks::<2>().0.iter().take(n_components) {
            let idx = frame.components.iter().position(|component| component.id == *id && !component.is_decoded);
            let idx = idx.filter(|idx| components.iter().all(|(other, ..)| other != idx)).ok_or_else(wrong)?;
            components.push((idx, usize::from(tables >> 4), usize::from(tables & 15)));
        }
        let [selection, _, approximation, ..] = *rest.get(2 * n_components..).unwrap_or_default() else {
            return Err(wrong());
        };
        Ok(Scan { components, selection, point_transform: u32::from(approximation & 15) })
    }

    /// Decodes the data of a scan, and says how many bytes it took.
    fn decode_scan(&mut self, scan: &Scan, bytes: &[u8]) -> Result<usize> {
        let Some(mut frame) = self.frame.take() else { return Err(damaged("it has no frame header")) };
        let n_bytes = match frame.process {
            Process::Sequential => sequential::decode(self, &mut frame, scan, bytes)?,
            Process::Lossless => lossless::decode(self, &mut frame, scan, bytes)?,
        };
        scan.components.iter().for_each(|(idx, ..)| frame.components[*idx].is_decoded = true);
        self.frame = Some(frame);
        Ok(n_bytes)
    }

    fn is_complete(&self) -> bool {
        self.frame.as_ref().is_some_and(|frame| frame.components.iter().all(|component| component.is_decoded))
    }

    fn picture(self) -> Result<Picture> {
        if !self.is_complete() {
            return Err(damaged("it ends before all of its components"));
        }
        let Some(frame) = self.frame else { return Err(damaged("it has no frame header")) };
        let mut samples = Vec::with_capacity(frame.width * frame.height * frame.components.len());
        for component in &frame.components {
            upsample::append(component, &frame, &mut samples);
        }
        Ok(Picture {
            samples,
            width: frame.width,
            height: frame.height,
            n_components: frame.components.len(),
            precision: frame.precision,
            colors: self.colors,
        })
    }
}

impl Frame {
    /// A frame with room for the samples of its components `(id, across, down, table_idx)`.
    fn new(process: Process, precision: u32, size: [usize; 2], components: &[(u8, usize, usize, usize)]) -> Self {
        let [width, height] = size;
        let across_max = components.iter().map(|component| component.1).max().unwrap_or(1);
        let down_max = components.iter().map(|component| component.2).max().unwrap_or(1);
        let unit = if process == Process::Lossless { 1 } else { 8 };
        let n_across = width.div_ceil(across_max * unit);
        let n_down = height.div_ceil(down_max * unit);
        let component = |(id, across, down, table_idx): &(u8, usize, usize, usize)| Component {
            id: *id,
            across: *across,
            down: *down,
            table_idx: *table_idx,
            width: (width * across).div_ceil(across_max),
            height: (height * down).div_ceil(down_max),
            stride: n_across * across * unit,
            samples: vec![0; n_across * across * unit * n_down * down * unit],
            is_decoded: false,
        };
        let components = components.iter().map(component).collect();
        Self { process, precision, width, height, components, across_max, down_max }
    }

    /// Units of an interleaved scan along a row and down the image.
    fn n_units(&self) -> [usize; 2] {
        let unit = if self.process == Process::Lossless { 1 } else { 8 };
        [self.width.div_ceil(self.across_max * unit), self.height.div_ceil(self.down_max * unit)]
    }
}

fn unread(kind: &str) -> Error {
    Error::unsupported(format!("{kind} JPEG is not read; convert the file to an uncompressed one"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A lossless image of two by two samples of 8 bits.
    fn stream(selection: u8, restart_interval: u8, data: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0xff, 0xd8, 0xff, 0xc3, 0, 11, 8, 0, 2, 0, 2, 1, 1, 0x11, 0];
        // Two codes: 0 for no difference, 10 for one of a single bit.
        bytes.extend([&[0xff, 0xc4, 0, 21, 0, 1, 1][..], &[0; 14], &[0, 1]].concat());
        bytes.extend([0xff, 0xdd, 0, 4, 0, restart_interval]);
        bytes.extend([0xff, 0xda, 0, 8, 1, 1, 0, selection, 0, 0]);
        bytes.extend(data);
        bytes.extend([0xff, 0xd9]);
        bytes
    }

    fn samples(selection: u8, restart_interval: u8, data: &[u8]) -> Vec<u16> {
        decode(&stream(selection, restart_interval, data), 4).unwrap().samples
    }

    #[test]
    fn every_predictor_follows_the_table_of_the_standard() {
        // +1, +1 in the first row: 129, 130; +1 below its beginning: 130; the last differs by nothing from its
        // prediction of left 130, above 130, corner 129.
        let data = [0b1011_0110, 0b1011_1111];
        for (selection, expected) in (1..=7).zip([130, 130, 129, 131, 130, 130, 130]) {
            assert_eq!(samples(selection, 0, &data), [129, 130, 130, expected], "{selection}");
        }
    }

    #[test]
    fn a_restart_begins_the_prediction_anew() {
        let data = [0b1010_1111, 0xff, 0xd0, 0b0011_1111];
        assert_eq!(samples(1, 2, &data), [129, 129, 128, 128]);
    }

    #[test]
    fn a_constant_block_is_its_mean() {
        let mut coefficients = [0; 64];
        coefficients[0] = 8 * 5;
        assert_eq!(inverse::block(&coefficients, 8), [133; 64]);
        assert_eq!(inverse::block(&coefficients, 12), [2053; 64]);
    }

    #[test]
    fn truncation_anywhere_is_an_error() {
        let whole = stream(1, 0, &[0b1011_0110, 0b1011_1111]);
        // The marker at the end is not needed.
        for n_bytes in 0..whole.len() - 2 {
            assert!(decode(&whole[..n_bytes], 4).is_err(), "{n_bytes}");
        }
        assert!(decode(&whole, 3).is_err(), "more samples than allowed");
    }
}
