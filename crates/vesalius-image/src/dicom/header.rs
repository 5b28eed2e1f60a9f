//! What the header of a file says of its series and of the places of its frames.

mod frames;
mod marks;

use dicom_core::Tag;
use dicom_dictionary_std::{tags, uids};

use crate::error::Result;
use crate::limits::Limits;

use super::file::{File, Set};
use super::pixels::Layout;
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
    if !holds_pixels(set) {
        return Ok(Content::Other);
    }
    let layout = Layout::of(set, limits)?;
    let image_type = set.texts(tags::IMAGE_TYPE)?;
    let kind = Kind {
        rows: layout.n_rows,
        columns: layout.n_columns,
        n_colors: layout.n_channels,
        frame_of_reference: set.text(tags::FRAME_OF_REFERENCE_UID)?.unwrap_or_default(),
        photometric: layout.photometric.clone(),
        is_localizer: image_type.iter().any(|value| value == "LOCALIZER"),
    };
    let size = [layout.n_columns, layout.n_rows, layout.n_frames];
    let slices = frames::slices(file, &kind, file_idx, &layout)?;
    Ok(slices.map_or(Content::Picture { size }, Content::Slices))
}

/// Whether a data set has pixels, or reaches them where it was cut short.
pub(crate) fn holds_pixels(set: Set<'_>) -> bool {
    [tags::PIXEL_DATA, tags::FLOAT_PIXEL_DATA, tags::DOUBLE_FLOAT_PIXEL_DATA].into_iter().any(|tag| set.has(tag))
}

/// A plane of the elements of a data set, or of the functional groups that a frame is described by.
pub(crate) fn plane(
    position: Option<[f64; 3]>,
    orientation: Option<[f64; 6]>,
    spacing: Option<[f64; 2]>,
) -> Option<Plane> {
    // The file gives the distance of rows first, which is that along y.
    Plane::new(position?, orientation?, spacing.map(|[between_rows, between_columns]| [between_columns, between_rows]))
}

/// Some numbers of an element; `None` where it is absent or not that many, as in a damaged header.
pub(crate) fn lenient<const N: usize>(set: Option<Set<'_>>, tag: Tag) -> Option<[f64; N]> {
    set?.vector(tag).ok().flatten()
}
