//! The elements of a DICOM file: a flat list over its bytes, and typed access to them.
//!
//! Our own reader and not that of `dicom-object`: it descends into sequences without recursion, copies no value,
//! and reads the damaged files that hospitals have. Tags, value representations, the dictionary and the character
//! sets are those of dicom-rs.

mod parse;
mod unfold;

use std::borrow::Cow;

use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use dicom_encoding::text::{SpecificCharacterSet, TextCodec};

use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::reading::Problem;
use crate::samples::ByteOrder;

pub(super) use parse::looks_like_dicom;

/// The tag of an item: of a sequence, or of a fragment of encapsulated pixel data.
const ITEM: Tag = Tag(0xfffe, 0xe000);

/// One element, item or fragment; those inside it follow it in the list.
#[derive(Clone, Copy, Debug)]
struct Element {
    tag: Tag,
    vr: VR,
    /// Whether the bytes end before the value does.
    is_cut: bool,
    /// Where its value begins and ends in the bytes of the file.
    start: usize,
    end: usize,
    /// The place in the list behind everything inside it.
    next: u32,
}

/// A parsed file; its root data set is [`File::root`], the file meta information [`File::meta`].
#[derive(Clone, Debug)]
pub(crate) struct File<'a> {
    bytes: Cow<'a, [u8]>,
    elements: Vec<Element>,
    /// How many elements belong to the file meta information.
    n_meta: u32,
    order: ByteOrder,
    /// UID of the transfer syntax as the file gives it, or that of what was found in its absence.
    syntax: String,
    /// The character set of the file; that of a single item of a sequence is not minded.
    characters: SpecificCharacterSet,
    problems: Vec<Problem>,
}

impl<'a> File<'a> {
    /// Parses a whole file: with or without preamble and meta information, gzipped, deflated, in either byte order.
    ///
    /// Borrowed bytes are not copied, unless they have to be unfolded. Memory for the list of elements is at most
    /// four times the bytes. An error where the bytes are no DICOM file or pass a limit; what is cut short is
    /// parsed as far as it goes, and [`File::problems`] says so.
    pub(crate) fn parse(bytes: impl Into<Cow<'a, [u8]>>, limits: &Limits) -> Result<Self> {
        parse::parse(bytes.into(), limits)
    }

    /// The data set.
    pub(crate) fn root(&self) -> Set<'_> {
        Set { file: self, first: self.n_meta, end: self.elements.len() as u32 }
    }

    /// The file meta information; empty where the file has none.
    pub(crate) fn meta(&self) -> Set<'_> {
        Set { file: self, first: 0, end: self.n_meta }
    }

    /// UID of the transfer syntax.
    pub(crate) fn syntax(&self) -> &str {
        &self.syntax
    }

    /// Byte order of binary values.
    pub(crate) fn order(&self) -> ByteOrder {
        self.order
    }

    /// What is odd about the file as a file.
    pub(crate) fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

/// A data set: that of the file, or an item of a sequence.
///
/// Accessors give `None` for what is absent or empty, and an error for what is there but not what it should be.
/// Where an element occurs twice, the first counts.
#[derive(Clone, Copy)]
pub(crate) struct Set<'f> {
    file: &'f File<'f>,
    first: u32,
    end: u32,
}

impl<'f> Set<'f> {
    fn elements(self) -> impl Iterator<Item = (u32, &'f Element)> {
        let mut at = self.first;
        std::iter::from_fn(move || {
            let element = (at < self.end).then(|| &self.file.elements[at as usize])?;
            let idx = at;
            at = element.next;
            Some((idx, element))
        })
    }

    fn find(self, tag: Tag) -> Option<(u32, &'f Element)> {
        self.elements().find(|(_, element)| element.tag == tag)
    }

    /// Whether there is such an element, be it empty.
    pub(crate) fn has(self, tag: Tag) -> bool {
        self.find(tag).is_some()
    }

    /// The value representation that the file or the dictionary gives the element.
    pub(crate) fn vr(self, tag: Tag) -> Option<VR> {
        self.find(tag).map(|(_, element)| element.vr)
    }

    /// The stored bytes of a value; an error where the file ends inside it.
    pub(crate) fn bytes(self, tag: Tag) -> Result<Option<&'f [u8]>> {
        let Some((_, element)) = self.find(tag) else { return Ok(None) };
        if element.is_cut {
            return Err(Error::format(format!(
                "the file ends inside of element {tag}; it is truncated, fetch or save it again"
            )));
        }
        Ok(self.file.bytes.get(element.start..element.end).filter(|bytes| !bytes.is_empty()))
    }

    /// The one text of an element, without the padding around it.
    pub(crate) fn text(self, tag: Tag) -> Result<Option<String>> {
        let Some(bytes) = self.bytes(tag)? else { return Ok(None) };
        let text = match self.file.characters.decode(bytes) {
            Ok(text) => text,
            Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
        };
        let text = text.trim_matches([' ', '\0']);
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }

    /// The texts of an element of several values, which a backslash separates.
    pub(crate) fn texts(self, tag: Tag) -> Result<Vec<String>> {
        let text = self.text(tag)?.unwrap_or_default();
        if text.is_empty() {
            return Ok(Vec::new());
        }
        Ok(text.split('\\').map(|part| part.trim_matches([' ', '\0']).to_owned()).collect())
    }

    /// Whole numbers, stored in binary or as text; empty where the element is absent or empty.
    ///
    /// What the dictionary allows to be signed or unsigned is taken as the file says, and unsigned in implicit
    /// encoding; the caller knows the pixel representation.
    pub(crate) fn ints(self, tag: Tag) -> Result<Vec<i64>> {
        let Some(bytes) = self.bytes(tag)? else { return Ok(Vec::new()) };
        let order = self.file.order;
        Ok(match self.vr(tag) {
            Some(VR::US | VR::OW) => numbers(bytes, |b: [u8; 2]| i64::from(u16_in(order, b))),
            Some(VR::SS) => numbers(bytes, |b: [u8; 2]| i64::from(u16_in(order, b).cast_signed())),
            Some(VR::UL | VR::OL) => numbers(bytes, |b: [u8; 4]| i64::from(u32_in(order, b))),
            Some(VR::SL) => numbers(bytes, |b: [u8; 4]| i64::from(u32_in(order, b).cast_signed())),
            Some(VR::OB) => bytes.iter().map(|byte| i64::from(*byte)).collect(),
            Some(VR::SV) => numbers(bytes, |b: [u8; 8]| u64_in(order, b).cast_signed()),
            Some(VR::UV | VR::OV) => numbers(bytes, |b: [u8; 8]| i64::try_from(u64_in(order, b)).unwrap_or(i64::MAX)),
            _ => self.parsed(tag, "whole numbers")?,
        })
    }

    /// The first whole number of an element.
    pub(crate) fn int(self, tag: Tag) -> Result<Option<i64>> {
        Ok(self.ints(tag)?.first().copied())
    }

    /// Numbers, stored in binary or as text; empty where the element is absent or empty.
    pub(crate) fn floats(self, tag: Tag) -> Result<Vec<f64>> {
        let Some(bytes) = self.bytes(tag)? else { return Ok(Vec::new()) };
        let order = self.file.order;
        Ok(match self.vr(tag) {
            Some(VR::FL | VR::OF) => numbers(bytes, |b: [u8; 4]| f64::from(f32::from_bits(u32_in(order, b)))),
            Some(VR::FD | VR::OD) => numbers(bytes, |b: [u8; 8]| f64::from_bits(u64_in(order, b))),
            Some(VR::US | VR::SS | VR::UL | VR::SL | VR::SV | VR::UV) => {
                self.ints(tag)?.into_iter().map(|value| value as f64).collect()
            }
            _ => self.parsed(tag, "numbers")?,
        })
    }

    /// The first number of an element.
    pub(crate) fn float(self, tag: Tag) -> Result<Option<f64>> {
        Ok(self.floats(tag)?.first().copied())
    }

    /// Exactly `N` finite numbers; an error where there are others.
    pub(crate) fn vector<const N: usize>(self, tag: Tag) -> Result<Option<[f64; N]>> {
        let values = self.floats(tag)?;
        if values.is_empty() {
            return Ok(None);
        }
        match <[f64; N]>::try_from(values.as_slice()) {
            Ok(vector) if vector.iter().all(|value| value.is_finite()) => Ok(Some(vector)),
            _ => Err(Error::format(format!(
                "element {} is {values:?}; expected {N} finite numbers; the header is damaged",
                named(tag)
            ))),
        }
    }

    /// The items of a sequence, in their order; none where it is absent.
    pub(crate) fn items(self, tag: Tag) -> impl Iterator<Item = Set<'f>> {
        let inside = self.find(tag).map_or(Set { end: self.first, ..self }, |(idx, element)| Set {
            first: idx + 1,
            end: element.next,
            ..self
        });
        let items = inside.elements().filter(|(_, element)| element.tag == ITEM);
        items.map(move |(idx, item)| Set { first: idx + 1, end: item.next, ..self })
    }

    /// The first item of a sequence.
    pub(crate) fn item(self, tag: Tag) -> Option<Set<'f>> {
        self.items(tag).next()
    }

    /// The fragments of encapsulated pixel data, the offset table first; `None` where the value is not encapsulated.
    pub(super) fn fragments(self, tag: Tag) -> Result<Option<Vec<&'f [u8]>>> {
        let Some((idx, element)) = self.find(tag) else { return Ok(None) };
        if element.next == idx + 1 {
            return Ok(None);
        }
        let inside = Set { first: idx + 1, end: element.next, ..self };
        let fragment = |(_, item): (u32, &Element)| {
            let bytes = self.file.bytes.get(item.start..item.end).unwrap_or_default();
            if item.is_cut {
                return Err(Error::format(
                    "the file ends inside of its pixel data; it is truncated, fetch or save it again",
                ));
            }
            Ok(bytes)
        };
        inside.elements().map(fragment).collect::<Result<_>>().map(Some)
    }

    fn parsed<T: std::str::FromStr>(self, tag: Tag, what: &str) -> Result<Vec<T>> {
        let parse = |part: &String| {
            let number = part.strip_prefix('+').unwrap_or(part);
            number.parse().map_err(|_| {
                Error::format(format!("element {} holds {part:?}; expected {what}; the header is damaged", named(tag)))
            })
        };
        self.texts(tag)?.iter().filter(|part| !part.is_empty()).map(parse).collect()
    }
}

/// A tag with the name that the dictionary has for it.
pub(super) fn named(tag: Tag) -> String {
    use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
    match dicom_dictionary_std::StandardDataDictionary.by_tag(tag) {
        Some(entry) => format!("{tag} {}", entry.alias()),
        None => tag.to_string(),
    }
}

/// Binary numbers one behind the other; a rest too short for one is passed over.
fn numbers<const N: usize, T>(bytes: &[u8], convert: impl Fn([u8; N]) -> T) -> Vec<T> {
    bytes.as_chunks().0.iter().map(|chunk| convert(*chunk)).collect()
}

/// A binary number in the byte order of a file.
fn u16_in(order: ByteOrder, bytes: [u8; 2]) -> u16 {
    match order {
        ByteOrder::LowFirst => u16::from_le_bytes(bytes),
        ByteOrder::HighFirst => u16::from_be_bytes(bytes),
    }
}

fn u32_in(order: ByteOrder, bytes: [u8; 4]) -> u32 {
    match order {
        ByteOrder::LowFirst => u32::from_le_bytes(bytes),
        ByteOrder::HighFirst => u32::from_be_bytes(bytes),
    }
}

fn u64_in(order: ByteOrder, bytes: [u8; 8]) -> u64 {
    match order {
        ByteOrder::LowFirst => u64::from_le_bytes(bytes),
        ByteOrder::HighFirst => u64::from_be_bytes(bytes),
    }
}

/// The character set that a data set declares; of several, which switch within a text, the one that can follow.
fn characters(set: Set<'_>) -> SpecificCharacterSet {
    let declared = set.texts(tags::SPECIFIC_CHARACTER_SET).unwrap_or_default();
    let known = |code: &&String| !code.is_empty() && code.as_str() != "ISO 2022 IR 6";
    declared.iter().find(known).and_then(|code| SpecificCharacterSet::from_code(code)).unwrap_or_default()
}
