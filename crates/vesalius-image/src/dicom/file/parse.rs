//! From bytes to the list of elements, with a stack of our own in place of recursion.

use std::borrow::Cow;

use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags, uids};

use super::{Element, File, ITEM, characters, u16_in, u32_in, unfold};
use crate::error::{Error, Result};
use crate::gzip;
use crate::limits::Limits;
use crate::reading::Problem;
use crate::samples::ByteOrder;

const ITEM_END: Tag = Tag(0xfffe, 0xe00d);
const SEQUENCE_END: Tag = Tag(0xfffe, 0xe0dd);

/// Retired in 2006, and still in archives.
const EXPLICIT_BIG_ENDIAN: &str = "1.2.840.10008.1.2.2";

const PREAMBLE_BYTES: usize = 128;
const MAGIC: &[u8] = b"DICM";
const UNDEFINED: u32 = 0xffff_ffff;

/// How much of a compressed file is unfolded to see what it is.
const PEEKED_BYTES: usize = 4096;

const ZSTD_MAGIC: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// Whether bytes begin as a DICOM file does, gzipped or not; one without preamble is told by its first element.
pub(in crate::dicom) fn looks_like_dicom(bytes: &[u8]) -> bool {
    if gzip::is_gzip(bytes) {
        return gzip::peek(bytes, PEEKED_BYTES).is_ok_and(|start| begins_as_dicom(&start));
    }
    begins_as_dicom(bytes)
}

fn begins_as_dicom(bytes: &[u8]) -> bool {
    let magic = bytes.get(PREAMBLE_BYTES..PREAMBLE_BYTES + MAGIC.len());
    magic == Some(MAGIC) || bytes.starts_with(MAGIC) || first_element(bytes, 0).is_some()
}

pub(super) fn parse<'a>(bytes: Cow<'a, [u8]>, limits: &Limits) -> Result<File<'a>> {
    let mut bytes = bytes;
    if gzip::is_gzip(&bytes) {
        bytes = Cow::Owned(gzip::gunzip(&bytes, limits)?);
    }
    if bytes.starts_with(ZSTD_MAGIC) {
        return Err(Error::unsupported("the file is compressed by Zstandard; unfold it first with `zstd -d`"));
    }
    if !begins_as_dicom(&bytes) {
        return Err(Error::format(
            "this does not begin as a DICOM file does (\"DICM\" at byte 128, or an element of group 0008); \
             check what the file is",
        ));
    }
    let start = start_of_elements(&bytes);
    let mut scanner = Scanner::new(limits);
    scanner.pos = start;
    scanner.scan(&bytes, Until::MetaEnds)?;

    let data_start = scanner.pos;
    let mut file = File::of_meta(scanner, bytes);
    let declared = file.meta().text(tags::TRANSFER_SYNTAX_UID)?;
    if declared.as_deref().is_some_and(is_deflated) {
        let mut plain = file.bytes[..data_start].to_vec();
        unfold::inflate(&file.bytes[data_start..], limits, &mut plain)?;
        file.bytes = Cow::Owned(plain);
    }
    let found = first_element(&file.bytes, data_start);
    file.syntax = match (declared, found) {
        (Some(declared), _) => declared,
        (None, Some((order, encoding))) => {
            file.problems.push(Problem::new(
                "no-transfer-syntax",
                "the file does not name its transfer syntax, which was told from its first element",
                "save it again with file meta information",
            ));
            assumed_syntax(order, encoding).to_owned()
        }
        (None, None) => uids::IMPLICIT_VR_LITTLE_ENDIAN.to_owned(),
    };
    file.order = match file.syntax.as_str() {
        EXPLICIT_BIG_ENDIAN => ByteOrder::HighFirst,
        _ => ByteOrder::LowFirst,
    };
    let mut scanner = Scanner::new(limits);
    scanner.pos = data_start;
    scanner.order = file.order;
    scanner.encoding = encoding_at(&file.bytes, data_start, file.order);
    scanner.elements = std::mem::take(&mut file.elements);
    scanner.scan(&file.bytes, Until::FileEnds)?;
    if scanner.is_cut {
        file.problems.push(Problem::new(
            "truncated",
            "the file ends inside of an element",
            "fetch or save it again; what follows the break is lost",
        ));
    }
    file.elements = scanner.elements;
    file.characters = characters(file.root());
    Ok(file)
}

impl<'a> File<'a> {
    /// A file of which the meta information alone has been read.
    fn of_meta(scanner: Scanner, bytes: Cow<'a, [u8]>) -> Self {
        Self {
            bytes,
            n_meta: scanner.elements.len() as u32,
            order: scanner.order,
            elements: scanner.elements,
            syntax: String::new(),
            characters: super::SpecificCharacterSet::default(),
            problems: Vec::new(),
        }
    }
}

fn is_deflated(syntax: &str) -> bool {
    [uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN, uids::JPIP_REFERENCED_DEFLATE, uids::JPIPHTJ2K_REFERENCED_DEFLATE]
        .contains(&syntax)
}

fn assumed_syntax(order: ByteOrder, encoding: Encoding) -> &'static str {
    match (order, encoding) {
        (ByteOrder::HighFirst, _) => EXPLICIT_BIG_ENDIAN,
        (_, Encoding::Explicit) => uids::EXPLICIT_VR_LITTLE_ENDIAN,
        (_, Encoding::Implicit) => uids::IMPLICIT_VR_LITTLE_ENDIAN,
    }
}

fn start_of_elements(bytes: &[u8]) -> usize {
    if bytes.get(PREAMBLE_BYTES..).is_some_and(|rest| rest.starts_with(MAGIC)) {
        PREAMBLE_BYTES + MAGIC.len()
    } else if bytes.starts_with(MAGIC) {
        MAGIC.len()
    } else {
        0
    }
}

/// Whether elements say what kind of value they have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Explicit,
    Implicit,
}

/// How the first element of a file without preamble is written; `None` where it is no element.
fn first_element(bytes: &[u8], at: usize) -> Option<(ByteOrder, Encoding)> {
    let head: [u8; 8] = bytes.get(at..at + 8)?.try_into().ok()?;
    let order = match [head[0], head[1]] {
        [0x02 | 0x08, 0x00] => ByteOrder::LowFirst,
        [0x00, 0x08] => ByteOrder::HighFirst,
        _ => return None,
    };
    let n_bytes = u32_in(order, [head[4], head[5], head[6], head[7]]);
    match encoding_at(bytes, at, order) {
        Encoding::Explicit => VR::from_binary([head[4], head[5]]).map(|_| (order, Encoding::Explicit)),
        Encoding::Implicit if order == ByteOrder::LowFirst => {
            (n_bytes as usize <= bytes.len() - at).then_some((order, Encoding::Implicit))
        }
        Encoding::Implicit => None,
    }
}

/// Elements are taken as they are written, whatever the transfer syntax says: a length that reads as two capital
/// letters would pass 16,000 times the usual.
fn encoding_at(bytes: &[u8], at: usize, order: ByteOrder) -> Encoding {
    let Some(head) = bytes.get(at..at + 8) else { return Encoding::Explicit };
    if [u16_in(order, [head[0], head[1]])] == [ITEM.0] {
        return Encoding::Implicit;
    }
    if head[4..6].iter().all(u8::is_ascii_uppercase) { Encoding::Explicit } else { Encoding::Implicit }
}

/// Where a scan ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    /// Before the first element that is not of group 0002.
    MetaEnds,
    FileEnds,
}

/// What is open while its inside is read.
#[derive(Clone, Copy)]
struct Open {
    idx: u32,
    /// Where it ends at the latest.
    end: usize,
    /// Whether its end is marked, not known from its length.
    is_undefined: bool,
    kind: Kind,
    /// How elements directly inside are written.
    encoding: Encoding,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A sequence, whose items are of the encoding of the file.
    Sequence,
    /// A sequence that is written as of unknown kind; its items show how they are written.
    Unknown,
    Fragments,
    Item,
}

/// The beginning of an element.
struct Head {
    tag: Tag,
    vr: VR,
    n_bytes: u32,
    /// Whether the file calls the value unknown.
    is_unknown: bool,
    /// Where the value begins.
    start: usize,
}

struct Scanner {
    pos: usize,
    order: ByteOrder,
    encoding: Encoding,
    elements: Vec<Element>,
    n_elements_max: usize,
    open: Vec<Open>,
    is_cut: bool,
}

impl Scanner {
    fn new(limits: &Limits) -> Self {
        let n_elements_max = (limits.bytes_max / size_of::<Element>() as u64).min(u64::from(u32::MAX));
        Self {
            pos: 0,
            order: ByteOrder::LowFirst,
            encoding: Encoding::Explicit,
            elements: Vec::new(),
            n_elements_max: n_elements_max as usize,
            open: Vec::new(),
            is_cut: false,
        }
    }

    /// Reads elements from `pos` on; each turn of the loop moves on or closes something.
    fn scan(&mut self, bytes: &[u8], until: Until) -> Result<()> {
        loop {
            while let Some(open) = self.open.last().filter(|open| open.end <= self.pos) {
                self.is_cut |= open.is_undefined && self.pos >= bytes.len();
                self.close();
            }
            let Some(head) = self.head(bytes) else {
                self.is_cut |= self.pos < bytes.len();
                break;
            };
            let is_root = self.open.is_empty();
            // Group 0000 is never in a file: zeros are padding.
            if is_root && (head.tag == Tag(0, 0) || (until == Until::MetaEnds && head.tag.group() != 2)) {
                break;
            }
            match head.tag {
                ITEM => self.item(bytes, &head)?,
                ITEM_END => {
                    self.pos = head.start;
                    self.close_to(|kind| kind == Kind::Item);
                }
                SEQUENCE_END => {
                    self.pos = head.start;
                    self.close_to(|kind| kind != Kind::Item);
                }
                _ if self.open.last().is_some_and(|open| open.kind != Kind::Item) => self.leave_damaged(),
                _ => self.element(bytes, &head)?,
            }
        }
        while !self.open.is_empty() {
            self.close();
        }
        Ok(())
    }

    /// The beginning of the element at `pos`; `None` where the bytes end in it.
    fn head(&self, bytes: &[u8]) -> Option<Head> {
        let head: [u8; 8] = bytes.get(self.pos..self.pos.checked_add(8)?)?.try_into().ok()?;
        let tag = Tag(u16_in(self.order, [head[0], head[1]]), u16_in(self.order, [head[2], head[3]]));
        let encoding = self.open.last().map_or(self.encoding, |open| open.encoding);
        let is_item = tag.group() == ITEM.group();
        // Some writers slip single implicit elements into explicit data sets.
        if is_item || encoding == Encoding::Implicit || !head[4..6].iter().all(u8::is_ascii_uppercase) {
            let n_bytes = u32_in(self.order, [head[4], head[5], head[6], head[7]]);
            let vr = if is_item { VR::UN } else { dictionary_vr(tag) };
            return Some(Head { tag, vr, n_bytes, is_unknown: false, start: self.pos + 8 });
        }
        let vr = VR::from_binary([head[4], head[5]]).unwrap_or(VR::UN);
        let is_unknown = vr == VR::UN;
        let (n_bytes, start) = if has_short_length(vr) {
            (u32::from(u16_in(self.order, [head[6], head[7]])), self.pos + 8)
        } else {
            let length = bytes.get(self.pos + 8..self.pos + 12)?.try_into().ok()?;
            (u32_in(self.order, length), self.pos + 12)
        };
        Some(Head { tag, vr: if is_unknown { dictionary_vr(tag) } else { vr }, n_bytes, is_unknown, start })
    }

    fn element(&mut self, bytes: &[u8], head: &Head) -> Result<()> {
        let is_undefined = head.n_bytes == UNDEFINED;
        let (end, is_cut) = self.end(bytes, head);
        self.push(head, end, is_cut)?;
        self.pos = head.start;
        let kind = match head.vr {
            _ if is_undefined && is_pixel_data(head.tag) => Kind::Fragments,
            VR::SQ if !head.is_unknown => Kind::Sequence,
            VR::SQ => Kind::Unknown,
            _ if is_undefined => Kind::Unknown,
            _ => {
                self.pos = end;
                self.is_cut |= is_cut;
                return Ok(());
            }
        };
        self.open(kind, head, end);
        Ok(())
    }

    fn item(&mut self, bytes: &[u8], head: &Head) -> Result<()> {
        let Some(parent) = self.open.last().copied().filter(|open| open.kind != Kind::Item) else {
            // An item outside of a sequence: its inside is read as if it were not there.
            self.pos = head.start;
            return Ok(());
        };
        let (end, is_cut) = self.end(bytes, head);
        self.push(head, end, is_cut)?;
        if parent.kind == Kind::Fragments {
            self.pos = end;
            self.is_cut |= is_cut;
            return Ok(());
        }
        self.pos = head.start;
        self.open(Kind::Item, head, end);
        let encoding = match parent.kind {
            Kind::Unknown => encoding_at(bytes, head.start, self.order),
            _ => parent.encoding,
        };
        if let Some(item) = self.open.last_mut() {
            item.encoding = encoding;
        }
        Ok(())
    }

    /// Where a value ends, and whether the bytes end before it does.
    fn end(&self, bytes: &[u8], head: &Head) -> (usize, bool) {
        let outer = self.open.last().map_or(bytes.len(), |open| open.end);
        if head.n_bytes == UNDEFINED {
            return (outer, false);
        }
        let end = head.start.saturating_add(head.n_bytes as usize);
        (end.min(bytes.len()), end > bytes.len())
    }

    fn push(&mut self, head: &Head, end: usize, is_cut: bool) -> Result<()> {
        if self.elements.len() >= self.n_elements_max {
            return Err(Error::limit(format!(
                "the file has more than {} elements; raise the limit if it is to be trusted",
                self.n_elements_max
            )));
        }
        let next = self.elements.len() as u32 + 1;
        self.elements.push(Element { tag: head.tag, vr: head.vr, is_cut, start: head.start, end, next });
        Ok(())
    }

    fn open(&mut self, kind: Kind, head: &Head, end: usize) {
        let encoding = self.open.last().map_or(self.encoding, |open| open.encoding);
        let (idx, is_undefined) = (self.elements.len() as u32 - 1, head.n_bytes == UNDEFINED);
        self.open.push(Open { idx, end, is_undefined, kind, encoding });
    }

    /// Closes the innermost that is open, and what it holds ends here.
    fn close(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let next = self.elements.len() as u32;
        let element = &mut self.elements[open.idx as usize];
        element.next = next;
        element.end = element.end.min(self.pos.max(element.start));
    }

    /// Closes up to and with the innermost of a kind; a delimiter without anything to close is passed over.
    fn close_to(&mut self, is_wanted: impl Fn(Kind) -> bool) {
        if let Some(depth) = self.open.iter().rposition(|open| is_wanted(open.kind)) {
            while self.open.len() > depth {
                self.close();
            }
        }
    }

    /// Something other than an item stands in a sequence: it ends where it says, or here if it does not say.
    fn leave_damaged(&mut self) {
        let outer = self.open.iter().rev().nth(1).map(|open| open.end);
        if let Some(open) = self.open.last()
            && outer.is_some_and(|outer| open.end < outer)
        {
            self.pos = open.end;
        }
        self.close();
    }
}

fn is_pixel_data(tag: Tag) -> bool {
    [tags::PIXEL_DATA, tags::FLOAT_PIXEL_DATA, tags::DOUBLE_FLOAT_PIXEL_DATA].contains(&tag)
}

/// What the dictionary says of an element that does not say it itself; unknown where it is private.
fn dictionary_vr(tag: Tag) -> VR {
    StandardDataDictionary.by_tag(tag).map_or(VR::UN, |entry| entry.vr().relaxed())
}

/// Whether an explicit element of this kind has a length of two bytes (PS3.5, table 7.1-2).
fn has_short_length(vr: VR) -> bool {
    use VR::{AE, AS, AT, CS, DA, DS, DT, FD, FL, IS, LO, LT, PN, SH, SL, SS, ST, TM, UI, UL, US};
    [AE, AS, AT, CS, DA, DS, DT, FD, FL, IS, LO, LT, PN, SH, SL, SS, ST, TM, UI, UL, US].contains(&vr)
}
