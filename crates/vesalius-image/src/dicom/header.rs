//! What the header of a file says of its series and of the places of its frames.

mod frames;
mod marks;

use dicom_core::Tag;
use dicom_dictionary_std::{tags, uids};

use crate::error::{Error, Result};
use crate::limits::Limits;

use super::file::{File, Set};
use super::slice::{Kind, Plane, Slice};

/// The header of a file, as far as series are concerned.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    pub(crate) study_uid: String,
    pub(crate) series_uid: String,
    pub(crate) modality: String,
    pub(crate) description: Option<String>,
    pub(crate) content: Content,
}

/// What a file holds.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    /// Frames, each with its place.
    Slices(Vec<Slice>),
    /// Frames without places, or one picture.
    Picture {
        /// `[x, y, z]`
        size: [usize; 3],
    },
    /// A segmentation, whose frames are parts of masks.
    Segmentation,
    /// Contours of structures.
    Structures,
    /// Tiles of a microscopic slide.
    Slide,
    /// The list of files of a medium.
    Directory,
    /// Anything without pixels, such as a report.
    Other,
}

impl Header {
    /// The header of a parsed file; `file_idx` is kept in its slices.
    ///
    /// An error where elements that say how frames lie are damaged.
    pub(crate) fn of(file: &File<'_>, file_idx: usize, limits: &Limits) -> Result<Self> {
        let set = file.root();
        Ok(Self {
            study_uid: set.text(tags::STUDY_INSTANCE_UID)?.unwrap_or_default(),
            series_uid: set.text(tags::SERIES_INSTANCE_UID)?.unwrap_or_default(),
            modality: set.text(tags::MODALITY)?.unwrap_or_default(),
            description: set.text(tags::SERIES_DESCRIPTION)?,
            content: content(file, file_idx, limits)?,
        })
    }
}

fn content(file: &File<'_>, file_idx: usize, limits: &Limits) -> Result<Content> {
    let set = file.root();
    let class = match set.text(tags::SOP_CLASS_UID)? {
        Some(class) => class,
        None => file.meta().text(tags::MEDIA_STORAGE_SOP_CLASS_UID)?.unwrap_or_default(),
    };
    match class.as_str() {
        uids::SEGMENTATION_STORAGE | uids::LABEL_MAP_SEGMENTATION_STORAGE => return Ok(Content::Segmentation),
        uids::RT_STRUCTURE_SET_STORAGE => return Ok(Content::Structures),
        uids::VL_WHOLE_SLIDE_MICROSCOPY_IMAGE_STORAGE => return Ok(Content::Slide),
        uids::MEDIA_STORAGE_DIRECTORY_STORAGE => return Ok(Content::Directory),
        _ => {}
    }
    if set.has(tags::DIRECTORY_RECORD_SEQUENCE) {
        return Ok(Content::Directory);
    }
    let (Some(rows), Some(columns)) = (set.int(tags::ROWS)?, set.int(tags::COLUMNS)?) else {
        return Ok(Content::Other);
    };
    let size = size([columns, rows, set.int(tags::NUMBER_OF_FRAMES)?.unwrap_or(1).max(1)], limits)?;
    let image_type = set.texts(tags::IMAGE_TYPE)?;
    let kind = Kind {
        rows: size[1],
        columns: size[0],
        frame_of_reference: set.text(tags::FRAME_OF_REFERENCE_UID)?.unwrap_or_default(),
        photometric: set.text(tags::PHOTOMETRIC_INTERPRETATION)?.unwrap_or_default(),
        is_localizer: image_type.iter().any(|value| value == "LOCALIZER"),
    };
    let slices = frames::slices(file, &kind, file_idx, size[2])?;
    Ok(slices.map_or(Content::Picture { size }, Content::Slices))
}

fn size(declared: [i64; 3], limits: &Limits) -> Result<[usize; 3]> {
    let shape = declared.map(|n| u64::try_from(n).unwrap_or_default());
    if shape.contains(&0) {
        return Err(Error::format(format!(
            "the image has {declared:?} columns, rows and frames; expected numbers above 0; the header is damaged"
        )));
    }
    limits.n_samples(&shape, 1)?;
    Ok(shape.map(|n| n as usize))
}

/// A plane of the elements of a data set, or of the functional groups that a frame is described by.
fn plane(position: Option<[f64; 3]>, orientation: Option<[f64; 6]>, spacing: Option<[f64; 2]>) -> Option<Plane> {
    // The file gives the distance of rows first, which is that along y.
    Plane::new(position?, orientation?, spacing.map(|[between_rows, between_columns]| [between_columns, between_rows]))
}

/// Some numbers of an element; `None` where it is absent or not that many, as in a damaged header.
fn lenient<const N: usize>(set: Option<Set<'_>>, tag: Tag) -> Option<[f64; N]> {
    set?.vector(tag).ok().flatten()
}
