//! JPEG-LS, lossless and near-lossless (ITU-T T.87 | ISO/IEC 14495-1; Weinberger, Seroussi and Sapiro 2000,
//! doi:10.1109/83.855427): markers here, then bits, contexts and scans.
//!
//! All three ways to interleave channels are read, and presets of thresholds; mapping tables, restart intervals and
//! sizes of more than 16 bits, which no DICOM file uses, are refused.

mod bits;
mod context;
mod scan;

use super::codec::damaged;
use super::{Frame, Layout};
use crate::error::{Error, Result};
use crate::samples::Samples;

use context::Thresholds;
use scan::{Channel, Scan};

const START_OF_FRAME: u8 = 0xf7;
const PRESETS: u8 = 0xf8;
const START_OF_SCAN: u8 = 0xda;
const RESTART_INTERVAL: u8 = 0xdd;
const END_OF_IMAGE: u8 = 0xd9;

/// One frame, channel after channel.
pub(super) fn decode(bytes: &[u8], layout: &Layout) -> Result<Frame> {
    let mut image = Image::default();
    let mut at = 2;
    if !bytes.starts_with(&[0xff, 0xd8]) {
        return Err(damaged("it does not begin as JPEG-LS does"));
    }
    while image.n_decoded < layout.n_channels {
        let (marker, segment) = segment(bytes, &mut at)?;
        match marker {
            START_OF_FRAME => image.start(segment, layout)?,
            PRESETS => image.presets(segment)?,
            START_OF_SCAN => at += image.scan(segment, &bytes[at..])?,
            RESTART_INTERVAL if segment.iter().any(|byte| *byte != 0) => {
                return Err(Error::unsupported(
                    "JPEG-LS with restart intervals is not read; save the file uncompressed",
                ));
            }
            END_OF_IMAGE => return Err(damaged("it ends before all channels")),
            _ => {}
        }
    }
    let samples = image.channels.into_iter().flat_map(|channel| channel.samples);
    Ok(match layout.bits_allocated {
        8 => Samples::U8(samples.map(|value| value as u8).collect()),
        _ => Samples::U16(samples.collect()),
    })
}

/// The next marker and what belongs to it; `at` comes to lie behind both.
fn segment<'b>(bytes: &'b [u8], at: &mut usize) -> Result<(u8, &'b [u8])> {
    let early = || damaged("it ends early");
    while bytes.get(*at).ok_or_else(early)? != &0xff || bytes.get(*at + 1) == Some(&0xff) {
        *at += 1;
    }
    let marker = *bytes.get(*at + 1).ok_or_else(early)?;
    *at += 2;
    if matches!(marker, 0x01 | 0xd0..=0xd9) {
        return Ok((marker, &[]));
    }
    let length = bytes.get(*at..*at + 2).ok_or_else(early)?;
    let n_bytes = usize::from(u16::from_be_bytes([length[0], length[1]]));
    let segment = bytes.get(*at + 2..*at + n_bytes).ok_or_else(early)?;
    *at += n_bytes;
    Ok((marker, segment))
}

/// What is known of the image while its markers are read.
#[derive(Default)]
struct Image {
    bits: u32,
    size: [usize; 2],
    channels: Vec<Channel>,
    ids: Vec<u8>,
    given: Option<Presets>,
    n_decoded: usize,
}

/// Parameters that the stream gives in place of the usual ones; 0 stands for the usual one.
#[derive(Clone, Copy)]
struct Presets {
    greatest: i32,
    steps: [i32; 3],
    reset: i32,
}

impl Image {
    fn start(&mut self, segment: &[u8], layout: &Layout) -> Result<()> {
        let [bits, y0, y1, x0, x1, n_channels, rest @ ..] = segment else {
            return Err(damaged("its frame header is cut short"));
        };
        let size = [[*x0, *x1], [*y0, *y1]].map(|pair| usize::from(u16::from_be_bytes(pair)));
        let n_channels = usize::from(*n_channels);
        let fits = size == [layout.n_columns, layout.n_rows] && n_channels == layout.n_channels;
        if !fits || !(2..=16).contains(bits) || rest.len() < 3 * n_channels || !self.channels.is_empty() {
            return Err(damaged(&format!(
                "it has {n_channels} channels of {} by {} pixels with {bits} bits; the header says {} of {} by {}",
                size[0], size[1], layout.n_channels, layout.n_columns, layout.n_rows
            )));
        }
        self.bits = u32::from(*bits);
        self.size = size;
        self.ids = rest.chunks_exact(3).take(n_channels).map(|channel| channel[0]).collect();
        self.channels = (0..n_channels).map(|_| Channel::new(size)).collect();
        Ok(())
    }

    fn presets(&mut self, segment: &[u8]) -> Result<()> {
        let words: Vec<i32> = segment
            .get(1..)
            .unwrap_or_default()
            .as_chunks()
            .0
            .iter()
            .map(|b| i32::from(u16::from_be_bytes(*b)))
            .collect();
        match (segment.first(), words.as_slice()) {
            (Some(1), [greatest, low, middle, high, reset, ..]) => {
                self.given = Some(Presets { greatest: *greatest, steps: [*low, *middle, *high], reset: *reset });
                Ok(())
            }
            (Some(2..=4), _) => Err(Error::unsupported(
                "JPEG-LS with mapping tables or oversize dimensions is not read; save the file uncompressed",
            )),
            _ => Err(damaged("its presets are cut short")),
        }
    }

    /// Decodes one scan; gives how many bytes of `data` it took.
    fn scan(&mut self, segment: &[u8], data: &[u8]) -> Result<usize> {
        let n_channels = usize::from(*segment.first().ok_or_else(|| damaged("its scan header is cut short"))?);
        let tail = segment.get(1 + 2 * n_channels..).unwrap_or_default();
        let [near, interleave, shift, ..] = *tail else { return Err(damaged("its scan header is cut short")) };
        let mut chosen = Vec::new();
        for pair in segment[1..=2 * n_channels].chunks_exact(2) {
            let idx = self.ids.iter().position(|id| *id == pair[0]);
            chosen.push(idx.ok_or_else(|| damaged("a scan is of a channel that there is not"))?);
            if pair[1] != 0 {
                return Err(Error::unsupported("JPEG-LS with mapping tables is not read; save the file uncompressed"));
            }
        }
        let is_sound = match interleave {
            0 => n_channels == 1,
            1 | 2 => n_channels == self.channels.len() && chosen.iter().enumerate().all(|(idx, other)| idx == *other),
            _ => false,
        };
        let thresholds = self.thresholds(i32::from(near))?;
        if !is_sound || u32::from(shift & 0xf) >= self.bits {
            return Err(damaged("its scan header is impossible"));
        }
        let first = chosen[0];
        let channels = &mut self.channels[first..first + n_channels];
        let mut scan = Scan::new(thresholds, data);
        match interleave {
            2 => scan.by_sample(channels, self.size)?,
            _ => scan.by_line(channels, self.size)?,
        }
        for channel in channels {
            channel.samples.iter_mut().for_each(|value| *value <<= shift & 0xf);
        }
        self.n_decoded += n_channels;
        Ok(scan.n_bytes())
    }

    fn thresholds(&self, near: i32) -> Result<Thresholds> {
        let usual = (1_i32 << self.bits) - 1;
        let greatest = self.given.map(|given| given.greatest).filter(|greatest| *greatest > 0).unwrap_or(usual);
        if self.channels.is_empty() || greatest > usual || near > greatest / 2 {
            return Err(damaged("its parameters are impossible"));
        }
        let mut thresholds = Thresholds::new(greatest, near);
        if let Some(given) = self.given {
            for (step, given) in thresholds.steps.iter_mut().zip(given.steps) {
                *step = if given > 0 { given } else { *step };
            }
            thresholds.reset = if given.reset > 0 { given.reset } else { thresholds.reset };
        }
        let [low, middle, high] = thresholds.steps;
        if !(near < low && low <= middle && middle <= high && high <= greatest && thresholds.reset >= 3) {
            return Err(damaged("its thresholds are not in order"));
        }
        Ok(thresholds)
    }
}
