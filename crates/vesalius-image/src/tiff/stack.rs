//! What the images of a TIFF file are to each other: slices of one volume, levels of a pyramid, or pictures beside it.

use super::directory::File;
use super::page::{Page, Photometric};
use crate::error::{Error, Result};

/// A level must be smaller than the one before by at least this, or it is another picture.
const SHRINKAGE_MIN: f64 = 1.2;

/// How far the shrinkage along x and y may differ, for levels whose sizes were rounded.
const ASPECT_TOLERANCE: f64 = 0.05;

/// More levels than halving any size gives.
const SUB_DIRECTORIES_MAX: usize = 64;

/// All images of a file by their part.
#[derive(Debug)]
pub(super) struct Stack {
    /// Images that are not smaller versions of others, in the order of the file.
    pub(super) slices: Vec<Page>,
    /// The first slice and its smaller versions, the largest first.
    pub(super) levels: Vec<Page>,
    /// Pictures beside a pyramid, with their names.
    pub(super) associated: Vec<(String, Page)>,
}

impl Stack {
    pub(super) fn read(file: &File<'_>) -> Result<Self> {
        let mut chain = Vec::new();
        for directory in file.directories()? {
            chain.push(Page::read(file, &directory)?);
        }
        let first = chain.remove(0);
        if first.sub_directories.len() > SUB_DIRECTORIES_MAX {
            return Err(Error::format("the TIFF image has more sub-directories than any pyramid; the file is damaged"));
        }
        let mut levels = vec![first];
        for idx in 0..levels[0].sub_directories.len() {
            let page = Page::read(file, &file.directory(levels[0].sub_directories[idx])?)?;
            if is_level(&page, &levels[levels.len() - 1]) {
                levels.push(page);
            }
        }
        let is_slide = is_aperio(&levels[0]);
        let mut stack = Self { slices: vec![levels[0].clone()], levels, associated: Vec::new() };
        for (idx, page) in chain.into_iter().enumerate() {
            if is_level(&page, &stack.levels[stack.levels.len() - 1]) {
                stack.levels.push(page);
            } else if is_slide || page.is_reduced() || stack.levels.len() > 1 && !page.agrees(&stack.slices[0]) {
                stack.associated.push((name(&page, idx + 1, is_slide), page));
            } else if page.subfile & 4 == 0 {
                stack.slices.push(page);
            }
        }
        Ok(stack)
    }

    /// Whether there is more to this file than slices.
    pub(super) fn is_pyramid(&self) -> bool {
        self.levels.len() > 1 || is_aperio(&self.levels[0])
    }
}

/// Whether Aperio wrote this slide.
pub(super) fn is_aperio(page: &Page) -> bool {
    page.is_tiled && page.description.starts_with("Aperio")
}

/// Whether an image is a smaller version of the level before: tiled as that is, and of its proportions.
fn is_level(page: &Page, below: &Page) -> bool {
    let shrinkage = |axis: usize| below.size[axis] as f64 / page.size[axis] as f64;
    let (x, y) = (shrinkage(0), shrinkage(1));
    // Rounding to whole pixels matters where few are left.
    let rounding = 1.0 / page.size[0].min(page.size[1]) as f64;
    let same_kind = page.is_tiled
        && below.is_tiled
        && page.dtype == below.dtype
        && page.n_channels() == below.n_channels()
        && is_color(page) == is_color(below);
    same_kind && x.min(y) > SHRINKAGE_MIN && (x - y).abs() / x.max(y) < ASPECT_TOLERANCE + rounding
}

fn is_color(page: &Page) -> bool {
    matches!(page.photometric, Photometric::Rgb | Photometric::YCbCr)
}

/// What a picture beside a pyramid shows, by its description, else by what Aperio writes at its place.
fn name(page: &Page, position: usize, is_slide: bool) -> String {
    let description = page.description.to_lowercase();
    let named = ["label", "macro", "thumbnail"].into_iter().find(|name| description.contains(name));
    match named {
        Some(name) => name.to_owned(),
        None if is_slide && page.subfile == 9 => "macro".to_owned(),
        None if is_slide && page.subfile == 1 => "label".to_owned(),
        None if is_slide && position == 1 => "thumbnail".to_owned(),
        None => format!("image {position}"),
    }
}
