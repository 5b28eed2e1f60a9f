//! Which bytes are which frame, where pixels are encapsulated in fragments.

use std::borrow::Cow;

use dicom_dictionary_std::tags;

use super::Layout;
use crate::dicom::file::File;
use crate::error::{Error, Result};

/// Bytes of every frame; `None` where pixels are stored as they are.
pub(super) fn frames<'f>(file: &'f File<'_>, layout: &Layout) -> Result<Option<Vec<Cow<'f, [u8]>>>> {
    let Some(items) = file.root().fragments(layout.element)? else { return Ok(None) };
    let Some((table, fragments)) = items.split_first() else {
        return Err(Error::format("the pixels are encapsulated and hold nothing; the file is truncated or damaged"));
    };
    if fragments.is_empty() {
        return Err(Error::format("the pixels have no fragment; the file is truncated or damaged"));
    }
    let n_frames = layout.n_frames;
    if n_frames == 1 {
        return Ok(Some(vec![together(fragments)]));
    }
    if fragments.len() == n_frames {
        return Ok(Some(fragments.iter().map(|fragment| Cow::Borrowed(*fragment)).collect()));
    }
    let offsets = offsets(file, table)?;
    let frames =
        if offsets.len() == n_frames { by_offsets(fragments, &offsets) } else { by_start(fragments, n_frames) };
    let frames = frames.filter(|frames| frames.len() == n_frames).ok_or_else(|| {
        Error::format(format!(
            "{n_frames} frames lie in {} fragments and nothing says which is where; the file is damaged",
            fragments.len()
        ))
    })?;
    Ok(Some(frames))
}

fn together<'f>(fragments: &[&'f [u8]]) -> Cow<'f, [u8]> {
    match fragments {
        [one] => Cow::Borrowed(*one),
        several => Cow::Owned(several.concat()),
    }
}

/// Where frames begin, counted from the first fragment: the extended table, else the basic one.
fn offsets(file: &File<'_>, table: &[u8]) -> Result<Vec<u64>> {
    if let Some(bytes) = file.root().bytes(tags::EXTENDED_OFFSET_TABLE)? {
        return Ok(bytes.as_chunks().0.iter().map(|chunk| u64::from_le_bytes(*chunk)).collect());
    }
    Ok(table.as_chunks().0.iter().map(|chunk| u64::from(u32::from_le_bytes(*chunk))).collect())
}

fn by_offsets<'f>(fragments: &[&'f [u8]], offsets: &[u64]) -> Option<Vec<Cow<'f, [u8]>>> {
    let mut starts = Vec::with_capacity(fragments.len());
    let mut at = 0_u64;
    for fragment in fragments {
        starts.push(at);
        // Tag and length stand before each.
        at += fragment.len() as u64 + 8;
    }
    let place = |offset: &u64| starts.binary_search(offset).ok();
    let firsts: Vec<usize> = offsets.iter().map(place).collect::<Option<_>>()?;
    let ends = firsts.iter().skip(1).copied().chain([fragments.len()]);
    firsts
        .iter()
        .zip(ends)
        .map(|(first, end)| fragments.get(*first..end).filter(|f| !f.is_empty()).map(together))
        .collect()
}

/// A frame begins where a fragment begins as an image of the JPEG family does.
fn by_start<'f>(fragments: &[&'f [u8]], n_frames: usize) -> Option<Vec<Cow<'f, [u8]>>> {
    let begins = |fragment: &&[u8]| {
        [&[0xff, 0xd8][..], &[0xff, 0x4f], &[0xff, 0x0a], b"\0\0\0\x0c"].iter().any(|magic| fragment.starts_with(magic))
    };
    let firsts: Vec<usize> = (0..fragments.len()).filter(|idx| begins(&fragments[*idx])).collect();
    if firsts.len() != n_frames || firsts.first() != Some(&0) {
        return None;
    }
    let ends = firsts.iter().skip(1).copied().chain([fragments.len()]);
    Some(firsts.iter().zip(ends).map(|(first, end)| together(&fragments[*first..end])).collect())
}
