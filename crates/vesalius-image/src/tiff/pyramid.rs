//! Whole slides: one image in several sizes, of which regions are read, and the pictures beside it.

use std::path::Path;

use super::directory::File;
use super::page::Page;
use super::region::{self, Region};
use super::stack::{Stack, is_aperio};
use super::store::Store;
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::volume::Volume;

/// An open slide: SVS of Aperio, or any tiled TIFF with levels in its pages or their sub-directories.
///
/// Opening reads the directories alone; a region reads and unpacks the tiles it touches, on all threads.
#[derive(Debug)]
pub struct Pyramid<'a> {
    file: File<'a>,
    stack: Stack,
    levels: Vec<Level>,
}

/// One size of the image.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    /// Width and height in pixels.
    pub size: [usize; 2],
    /// Width and height of a tile in pixels.
    pub tile: [usize; 2],
    /// How many pixels of the largest level one pixel covers along an axis.
    pub downsample: f64,
}

/// A picture beside the image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Associated {
    /// `label`, `macro` or `thumbnail`, or its place in the file where nothing says what it shows.
    pub name: String,
    /// Width and height in pixels.
    pub size: [usize; 2],
}

impl Pyramid<'static> {
    /// Opens a file, of which only what is asked for is ever read.
    pub fn open(path: &Path, limits: &Limits) -> Result<Self> {
        Store::open(path).and_then(|store| Pyramid::new(store, limits)).map_err(|error| error.in_file(path))
    }
}

impl<'a> Pyramid<'a> {
    /// Opens the bytes of a file.
    pub fn of_bytes(bytes: &'a [u8], limits: &Limits) -> Result<Self> {
        Self::new(Store::Memory(bytes), limits)
    }

    fn new(store: Store<'a>, limits: &Limits) -> Result<Self> {
        let file = File::new(store, limits)?;
        let stack = Stack::read(&file)?;
        let levels = levels(&stack);
        Ok(Self { file, stack, levels })
    }

    /// All sizes of the image, the largest first; one where the file has no smaller versions.
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// Distance of pixels of the largest level along x and y in micrometers; `None` where the file does not say.
    ///
    /// What Aperio writes into the description stands before the resolution tags.
    pub fn microns_per_pixel(&self) -> Option<[f64; 2]> {
        let page = &self.stack.levels[0];
        let described = is_aperio(page).then(|| described(page, "MPP")).flatten();
        described.map(|microns| [microns; 2]).or_else(|| page.pixel_mm().map(|size| size.map(|mm| mm * 1e3)))
    }

    /// Magnification of the objective, such as 20 or 40; `None` where the file does not say.
    pub fn magnification(&self) -> Option<f64> {
        described(&self.stack.levels[0], "AppMag")
    }

    /// The pictures beside the image.
    pub fn associated(&self) -> Vec<Associated> {
        let picture = |(name, page): &(String, Page)| Associated { name: name.clone(), size: page.size };
        self.stack.associated.iter().map(picture).collect()
    }

    /// A rectangle of a level as `[channel, 1, y, x]`, without geometry.
    ///
    /// `at` is the column and row of its first pixel in that level, `size` its width and height in pixels, all of it
    /// inside of the level.
    pub fn read_region(&self, level_idx: usize, at: [usize; 2], size: [usize; 2]) -> Result<Volume> {
        let page = self.stack.levels.get(level_idx).ok_or_else(|| {
            Error::parameter(format!("there is no level {level_idx}; the slide has {}", self.stack.levels.len()))
        })?;
        let is_inside =
            |axis: usize| size[axis] > 0 && at[axis].checked_add(size[axis]).is_some_and(|end| end <= page.size[axis]);
        if !is_inside(0) || !is_inside(1) {
            return Err(Error::parameter(format!(
                "a region of {size:?} pixels at {at:?} is not inside of level {level_idx}, which has {:?}",
                page.size
            )));
        }
        self.volume(page, Region { at, size })
    }

    /// A picture beside the image as `[channel, 1, y, x]`.
    pub fn read_associated(&self, name: &str) -> Result<Volume> {
        let page = self.stack.associated.iter().find(|(found, _)| found == name).map(|(_, page)| page);
        let page = page.ok_or_else(|| Error::parameter(format!("there is no picture {name:?} beside the slide")))?;
        self.volume(page, Region { at: [0, 0], size: page.size })
    }

    fn volume(&self, page: &Page, region: Region) -> Result<Volume> {
        let [width, height] = region.size;
        let shape = [page.n_channels(), 1, height, width];
        self.file.limits.n_samples(&shape.map(|n| n as u64), page.dtype.memory_bytes())?;
        Volume::new(region::read(&self.file, &[page], region)?, shape, None)
    }
}

fn levels(stack: &Stack) -> Vec<Level> {
    let largest = stack.levels[0].size;
    let downsample = |size: [usize; 2]| {
        let ratio = |axis: usize| largest[axis] as f64 / size[axis] as f64;
        f64::midpoint(ratio(0), ratio(1))
    };
    let level = |page: &Page| Level { size: page.size, tile: page.chunk, downsample: downsample(page.size) };
    stack.levels.iter().map(level).collect()
}

/// The number behind a name in the description of Aperio: fields stand between bars, `MPP = 0.499`.
fn described(page: &Page, name: &str) -> Option<f64> {
    let fields = page.description.split(['|', '\n', ';']).filter_map(|field| field.split_once('='));
    let mut values =
        fields.filter(|(found, _)| found.trim() == name).filter_map(|(_, value)| value.trim().parse().ok());
    values.find(|value: &f64| value.is_finite() && *value > 0.0)
}
