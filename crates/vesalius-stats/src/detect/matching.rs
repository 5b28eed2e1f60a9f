//! Which mark finds which lesion, within each case and class.
//!
//! Marks come in the order of their scores, highest first, equal ones in the order given, so that what is found with a
//! higher threshold is a part of what is found with a lower one; only the matching by [`Matching::Most`] looks at all
//! marks at once. What is near is found once and serves every threshold of overlap.

use std::collections::BTreeMap;

use serde::Serialize;

use super::assignment::assign;
use super::findings::{Detections, Role};
use super::options::{Matching, Nearness, Options, Rule};
use crate::error::{Error, Result};

/// What became of a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It found a lesion.
    Found,
    /// It hits only lesions that others found.
    Repeat,
    /// It hits what need not be found.
    Ignored,
    /// It hits nothing.
    FalsePositive,
    /// It is beyond the most marks that a case may have.
    Cut,
}

/// The mark that found a lesion.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Finder {
    /// Index of the mark.
    pub mark: usize,
    /// Share of overlap, or distance of the middles, by the rule.
    pub nearness: f64,
}

/// What became of lesions and marks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Matches {
    /// For each lesion what found it; `None` for those missed and those that do not count.
    pub lesions: Vec<Option<Finder>>,
    /// For each mark what it was.
    pub marks: Vec<Verdict>,
}

/// Lesions and marks of one class in one case, and which are near each other.
pub(super) struct Group {
    /// Indices of the marks that are not cut, by score.
    marks: Vec<usize>,
    lesions: Vec<usize>,
    roles: Vec<Role>,
    /// For each mark the lesions near it, ascending, by their places in the group.
    near: Vec<Vec<(usize, Nearness)>>,
}

/// More pairs than this are no detections but a mistake, such as coordinates that are all the same.
const NEAR_MAX: usize = 50_000_000;

/// All groups, and the matches before any was made: every mark cut.
pub(super) fn groups(detections: &Detections, options: &Options) -> Result<(Vec<Group>, Matches)> {
    let mut members: BTreeMap<(usize, usize), (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for (idx, lesion) in detections.lesions.iter().enumerate() {
        members.entry((lesion.class, lesion.case)).or_default().0.push(idx);
    }
    for (idx, mark) in detections.marks.iter().enumerate() {
        members.entry((mark.class, mark.case)).or_default().1.push(idx);
    }
    let given = given_overlaps(detections);
    let mut n_near = 0;
    let mut groups = Vec::with_capacity(members.len());
    for (lesions, mut marks) in members.into_values() {
        let score = |idx: &usize| detections.marks[*idx].score;
        marks.sort_by(|a, b| score(b).total_cmp(&score(a)));
        marks.truncate(options.marks_max.unwrap_or(usize::MAX));
        let index = LesionIndex::new(detections, lesions, options.rule);
        let mut near = Vec::with_capacity(marks.len());
        for &mark in &marks {
            near.push(match options.rule {
                Rule::Overlap(_) => index.overlapping(given.get(mark).map_or(&[], Vec::as_slice)),
                rule => index.near(detections, rule, mark),
            });
            n_near += near.last().map_or(0, Vec::len);
            if n_near > NEAR_MAX {
                let message = format!(
                    "more than {NEAR_MAX} pairs of marks and lesions are near each other; expected most marks to be near few \
                     lesions; check the coordinates and the rule of hits"
                );
                return Err(Error::value(message));
            }
        }
        let roles = index.lesions.iter().map(|idx| detections.lesions[*idx].role).collect();
        groups.push(Group { marks, lesions: index.lesions, roles, near });
    }
    let matches =
        Matches { lesions: vec![None; detections.lesions.len()], marks: vec![Verdict::Cut; detections.marks.len()] };
    Ok((groups, matches))
}

/// The given overlaps of each mark.
fn given_overlaps(detections: &Detections) -> Vec<Vec<(usize, f64)>> {
    if detections.overlaps.is_empty() {
        return Vec::new();
    }
    let mut given = vec![Vec::new(); detections.marks.len()];
    for overlap in &detections.overlaps {
        given[overlap.mark].push((overlap.lesion, overlap.value));
    }
    given
}

/// The lesions of a group, ascending, and in the order of where they begin along x: a slide has 100,000 nuclei.
struct LesionIndex {
    lesions: Vec<usize>,
    /// Where each begins, and its place in the group.
    starts: Vec<(f64, usize)>,
    /// The greatest extent along x, and how far a hit may be from it.
    reach: f64,
}

impl LesionIndex {
    fn new(detections: &Detections, lesions: Vec<usize>, rule: Rule) -> Self {
        let extents = lesions.iter().map(|idx| detections.lesions[*idx].shape.extent_x());
        let mut starts: Vec<(f64, usize)> = extents.clone().enumerate().map(|(place, (low, _))| (low, place)).collect();
        starts.sort_by(|a, b| a.0.total_cmp(&b.0));
        let widest = extents.map(|(low, high)| high - low).fold(0.0, f64::max);
        let beyond = if let Rule::Distance(most) = rule { most } else { 0.0 };
        // Rounding may not lose what only touches.
        Self { lesions, starts, reach: (widest + beyond) * (1.0 + f64::EPSILON.sqrt()) }
    }

    /// Lesions near a mark, ascending by their places.
    fn near(&self, detections: &Detections, rule: Rule, mark: usize) -> Vec<(usize, Nearness)> {
        let mark = &detections.marks[mark];
        let (low, high) = mark.shape.extent_x();
        let first = self.starts.partition_point(|(start, _)| *start < low - self.reach);
        let candidates = self.starts[first..].iter().take_while(|(start, _)| *start <= high + self.reach);
        let of_lesion =
            |&(_, place): &(f64, usize)| Some((place, rule.nearness(mark, &detections.lesions[self.lesions[place]])?));
        let mut near: Vec<(usize, Nearness)> = candidates.filter_map(of_lesion).collect();
        near.sort_by_key(|(place, _)| *place);
        near
    }

    /// Lesions of the group that a region overlaps, by what is given.
    fn overlapping(&self, given: &[(usize, f64)]) -> Vec<(usize, Nearness)> {
        let of_lesion = |&(lesion, value): &(usize, f64)| {
            let place = self.lesions.binary_search(&lesion).ok()?;
            (value > 0.0).then_some((place, Nearness { value, rank: value }))
        };
        let mut near: Vec<(usize, Nearness)> = given.iter().filter_map(of_lesion).collect();
        near.sort_by_key(|(place, _)| *place);
        near
    }
}

impl Group {
    /// Matches with hits from this rank on, written into `matches`.
    pub(super) fn decide(&self, least: f64, matching: Matching, matches: &mut Matches) {
        let hits: Vec<Vec<(usize, Nearness)>> = self
            .near
            .iter()
            .map(|near| near.iter().copied().filter(|(_, near)| near.rank >= least).collect())
            .collect();
        let mut finders: Vec<Option<Finder>> = vec![None; self.lesions.len()];
        let mut found = vec![false; self.marks.len()];
        if matching == Matching::Most {
            self.find_most(&hits, &mut finders, &mut found);
        } else {
            for (place, hits) in hits.iter().enumerate() {
                for (lesion, near) in self.wanted(hits, matching, &finders) {
                    finders[lesion] = Some(Finder { mark: self.marks[place], nearness: near.value });
                    found[place] = true;
                }
            }
        }
        for (place, &mark) in self.marks.iter().enumerate() {
            matches.marks[mark] = if found[place] { Verdict::Found } else { self.unfound(&hits[place], matching) };
        }
        for (place, &lesion) in self.lesions.iter().enumerate() {
            matches.lesions[lesion] = finders[place];
        }
    }

    fn counts(&self, lesion: usize) -> bool {
        self.roles[lesion] == Role::Counted
    }

    /// Which lesions a mark finds now.
    fn wanted(
        &self,
        hits: &[(usize, Nearness)],
        matching: Matching,
        finders: &[Option<Finder>],
    ) -> Vec<(usize, Nearness)> {
        let is_free = |(lesion, _): &&(usize, Nearness)| self.counts(*lesion) && finders[*lesion].is_none();
        let free = hits.iter().filter(is_free).copied();
        match matching {
            Matching::All | Matching::Most => free.collect(),
            // COCO takes the last of equally near ones.
            Matching::BestFree => free.max_by(|a, b| a.1.rank.total_cmp(&b.1.rank)).into_iter().collect(),
            Matching::Best => nearest(hits)
                .filter(|(lesion, _)| self.counts(*lesion) && finders[*lesion].is_none())
                .into_iter()
                .collect(),
        }
    }

    /// What a mark is that found nothing.
    fn unfound(&self, hits: &[(usize, Nearness)], matching: Matching) -> Verdict {
        let is_ignored = |lesion: usize| !self.counts(lesion);
        let hits_ignored = hits.iter().any(|(lesion, _)| is_ignored(*lesion));
        let hits_counted = hits.iter().any(|(lesion, _)| self.counts(*lesion));
        match matching {
            Matching::Best => match nearest(hits) {
                Some((lesion, _)) if is_ignored(lesion) => Verdict::Ignored,
                Some(_) => Verdict::Repeat,
                None => Verdict::FalsePositive,
            },
            // COCO asks crowds before it calls a mark false, whatever else the mark hits.
            Matching::BestFree if hits_ignored => Verdict::Ignored,
            _ if hits_counted => Verdict::Repeat,
            _ if hits_ignored => Verdict::Ignored,
            _ => Verdict::FalsePositive,
        }
    }

    /// The greatest sum of 1 + overlap, so that another pair is worth more than a better one.
    fn find_most(&self, hits: &[Vec<(usize, Nearness)>], finders: &mut [Option<Finder>], found: &mut [bool]) {
        let near_of = |mark: usize, lesion: usize| {
            let near = hits[mark].iter().find(|(other, _)| *other == lesion).map(|(_, near)| *near)?;
            self.counts(lesion).then_some(near)
        };
        // What hits nothing would only make the table larger.
        let marks: Vec<usize> = (0..hits.len()).filter(|mark| !hits[*mark].is_empty()).collect();
        // Distances are no shares: any nearer one is better, and none is worth as much as another pair.
        let weight = |lesion: usize, mark: usize| {
            near_of(marks[mark], lesion)
                .map_or(0.0, |near| 1.0 + if near.rank > 0.0 { near.rank } else { 1.0 / (1.0 - near.rank) })
        };
        for (lesion, mark) in assign(self.lesions.len(), marks.len(), &weight) {
            if let Some(near) = near_of(marks[mark], lesion) {
                finders[lesion] = Some(Finder { mark: self.marks[marks[mark]], nearness: near.value });
                found[marks[mark]] = true;
            }
        }
    }
}

/// The first of the nearest.
fn nearest(hits: &[(usize, Nearness)]) -> Option<(usize, Nearness)> {
    let nearer =
        |best: (usize, Nearness), other: &(usize, Nearness)| if other.1.rank > best.1.rank { *other } else { best };
    let (first, rest) = hits.split_first()?;
    Some(rest.iter().fold(*first, nearer))
}
