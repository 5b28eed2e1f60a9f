//! A stack: the slices of a series that make one volume, sorted by position, with its channels told apart.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::geometry::Geometry;
use crate::reading::Problem;

use super::places::{self, Places};
use super::separate::{Channel, separate};
use super::slice::{Kind, Plane, Slice, dot, minus};

/// How near two slices are at the same place, as a fraction of the smaller pixel.
const SAME_PLACE: f64 = 0.01;

/// Slices of one series that make one volume, or would if nothing were in the way.
#[derive(Clone, Debug)]
pub struct Stack {
    pub(crate) size: [usize; 3],
    pub(crate) channels: Vec<String>,
    pub(crate) geometry: Option<Geometry>,
    /// The even grid from the first slice to the last, where an obstacle is only that the slices are not on it.
    spread: Option<Geometry>,
    pub(crate) spacing_mm: Option<[f64; 3]>,
    pub(crate) obstacle: Option<Problem>,
    pub(crate) problems: Vec<Problem>,
    /// In C order of channel and z; empty for a picture.
    pub(crate) slices: Vec<Slice>,
    /// The file of frames that do not say where they are, which are taken as they come.
    pub(crate) picture: Option<usize>,
    /// Slices that stand where the one of the first number does, and must be equal to it.
    pub(crate) doubles: Vec<(usize, Slice)>,
}

impl Stack {
    /// Voxels along x, y and z.
    pub fn size(&self) -> [usize; 3] {
        self.size
    }

    /// What each channel is, such as `b=1000`, in the order of the channels.
    ///
    /// Of one name for a volume that is not repeated; that name is empty.
    pub fn channels(&self) -> &[String] {
        &self.channels
    }

    /// Where the voxels are; `None` where the files do not say or [`Self::obstacle`] is in the way.
    pub fn geometry(&self) -> Option<&Geometry> {
        self.geometry.as_ref()
    }

    /// Why these slices are refused as a volume; `None` for a volume that can be read.
    pub fn obstacle(&self) -> Option<&Problem> {
        self.obstacle.as_ref()
    }

    /// What is odd about them, although they can be read.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The same slices taken as if they were in even steps from the first to the last, with a problem that says so.
    ///
    /// This is what some tools do without a word where slices are missing or uneven, and positions inside of the
    /// volume are then wrong. `None` where that is not what is in the way.
    #[must_use]
    pub fn spread(&self) -> Option<Self> {
        let (Some(geometry), Some(Problem { code, message, .. })) = (&self.spread, &self.obstacle) else { return None };
        let mut stack = self.clone();
        stack.problems.push(Problem::new(
            code,
            format!("{message}; the slices were spread evenly all the same"),
            "do not measure across the slices",
        ));
        stack.spacing_mm = Some(geometry.spacing_mm());
        stack.geometry = stack.spread.take();
        stack.obstacle = None;
        Some(stack)
    }

    /// How many frames make the volume, of all channels.
    pub fn n_slices(&self) -> usize {
        self.size[2] * self.channels.len()
    }

    /// A stack of the frames of one file that do not say where they are; `size` is `[x, y, z]`.
    pub(crate) fn of_picture(size: [usize; 3], file_idx: usize) -> Self {
        Self { picture: Some(file_idx), ..Self::empty(size) }
    }

    fn empty(size: [usize; 3]) -> Self {
        Self {
            size,
            channels: vec![String::new()],
            geometry: None,
            spread: None,
            spacing_mm: None,
            obstacle: None,
            problems: Vec::new(),
            slices: Vec::new(),
            picture: None,
            doubles: Vec::new(),
        }
    }
}

/// Sorts slices of one series that have places into stacks, the largest first.
pub(crate) fn stacks(slices: Vec<Slice>) -> Result<Vec<Stack>> {
    let mut stacks = Vec::new();
    for group in parallel_groups(slices) {
        stacks.extend(Positioned::new(group).stacks()?);
    }
    stacks.sort_by_key(|stack| std::cmp::Reverse(stack.slices.len()));
    Ok(stacks)
}

/// Slices of one kind and direction, each with its plane.
fn parallel_groups(slices: Vec<Slice>) -> Vec<Vec<(Slice, Plane)>> {
    let mut by_kind: BTreeMap<Kind, Vec<Vec<(Slice, Plane)>>> = BTreeMap::new();
    for slice in slices {
        let Some(plane) = slice.plane.clone() else { continue };
        let groups = by_kind.entry(slice.kind.clone()).or_default();
        match groups.iter_mut().find(|group| group[0].1.is_parallel(&plane)) {
            Some(group) => group.push((slice, plane)),
            None => groups.push(vec![(slice, plane)]),
        }
    }
    by_kind.into_values().flatten().collect()
}

/// Parallel slices, sorted by height along their normal, with those at the same place together.
struct Positioned {
    slices: Vec<(Slice, Plane)>,
    /// Which slices are at each place, in the order of height.
    places: Vec<Vec<usize>>,
    /// Copies of the same instance: the one that is kept, and the other.
    copies: Vec<(usize, usize)>,
}

impl Positioned {
    fn new(mut slices: Vec<(Slice, Plane)>) -> Self {
        let normal = slices[0].1.normal();
        let height = |plane: &Plane| dot(plane.position_mm, normal);
        slices.sort_by(|(a, plane_a), (b, plane_b)| {
            let by_name = || (&a.instance, a.frame_idx, a.file_idx).cmp(&(&b.instance, b.frame_idx, b.file_idx));
            height(plane_a).total_cmp(&height(plane_b)).then_with(by_name)
        });
        let near = slices[0].1.spacing_mm.map_or(SAME_PLACE, |[x, y]| SAME_PLACE * x.min(y));
        let (mut places, mut copies): (Vec<Vec<usize>>, Vec<(usize, usize)>) = (Vec::new(), Vec::new());
        for (idx, (slice, plane)) in slices.iter().enumerate() {
            let Some(place) = places.last_mut().filter(|place| height(plane) - height(&slices[place[0]].1) <= near)
            else {
                places.push(vec![idx]);
                continue;
            };
            let is_copy = |other: &&usize| {
                let (other, _) = &slices[**other];
                !slice.instance.is_empty() && (&other.instance, other.frame_idx) == (&slice.instance, slice.frame_idx)
            };
            match place.iter().find(is_copy) {
                Some(kept) => copies.push((*kept, idx)),
                None => place.push(idx),
            }
        }
        Self { slices, places, copies }
    }

    fn stacks(&self) -> Result<Vec<Stack>> {
        if let Some(stack) = self.side_by_side() {
            return Ok(vec![stack]);
        }
        let slices: Vec<&Slice> = self.slices.iter().map(|(slice, _)| slice).collect();
        let parts = separate(&self.places, &slices);
        let n_parts = parts.len();
        parts
            .into_iter()
            .map(|channels| {
                let mut stack = self.stack(&channels)?;
                if n_parts > 1 {
                    stack.problems.push(unequal_extent(n_parts));
                }
                Ok(stack)
            })
            .collect()
    }

    /// A stack of channels, all of which have slices at the same places.
    fn stack(&self, channels: &[Channel]) -> Result<Stack> {
        let planes: Vec<&Plane> = channels[0].slices.iter().map(|group| &self.slices[group[0]].1).collect();
        let (first, _) = &self.slices[channels[0].slices[0][0]];
        let judged = places::judge(&planes, first.depth_mm)?;
        let mut slices = Vec::new();
        let mut doubles = Vec::new();
        for group in channels.iter().flat_map(|channel| &channel.slices) {
            let others = group[1..].iter().copied();
            let copies = self.copies.iter().filter(|(kept, _)| group.contains(kept)).map(|(_, copy)| *copy);
            doubles.extend(others.chain(copies).map(|other| (slices.len(), self.slices[other].0.clone())));
            slices.push(self.slices[group[0]].0.clone());
        }
        let size = [first.kind.columns, first.kind.rows, planes.len()];
        let channels = channels.iter().map(|channel| channel.name.clone()).collect();
        let mut stack = taken(judged, Stack { channels, slices, doubles, ..Stack::empty(size) });
        if !stack.doubles.is_empty() {
            stack.problems.push(doubled(stack.doubles.len()));
        }
        Ok(stack)
    }

    /// The obstacle of slices at one height that are shifted within their plane, such as tiles.
    fn side_by_side(&self) -> Option<Stack> {
        let near = |a: &Plane, b: &Plane| {
            let pixel_mm = a.spacing_mm.map_or(1.0, |[x, y]| x.min(y));
            let shift = minus(a.position_mm, b.position_mm);
            dot(shift, shift).sqrt() <= 0.05 * pixel_mm
        };
        let is_shifted =
            |place: &&Vec<usize>| !place.iter().all(|idx| near(&self.slices[place[0]].1, &self.slices[*idx].1));
        let shifted = self.places.iter().find(is_shifted)?;
        let kind = &self.slices[0].0.kind;
        Some(Stack {
            obstacle: Some(Problem::new(
                "side-by-side",
                format!("{} slices lie in one plane beside each other, so they are no stack", shifted.len()),
                "read them one by one",
            )),
            slices: self.slices.iter().map(|(slice, _)| slice.clone()).collect(),
            ..Stack::empty([kind.columns, kind.rows, self.slices.len()])
        })
    }
}

/// The stack with what its places say of it.
fn taken(places: Places, stack: Stack) -> Stack {
    let Places { geometry, obstacle, problems } = places;
    let (geometry, spread) = if obstacle.is_some() { (None, geometry) } else { (geometry, None) };
    let spacing_mm = geometry.as_ref().map(Geometry::spacing_mm);
    Stack { geometry, spread, spacing_mm, obstacle, problems, ..stack }
}

fn doubled(n: usize) -> Problem {
    Problem::new(
        "duplicate-slices",
        format!(
            "{n} slices stand where another does and nothing tells them apart; they are left out if they are equal"
        ),
        "remove the copies",
    )
}

fn unequal_extent(n_parts: usize) -> Problem {
    Problem::new(
        "unequal-extent",
        format!("the repetitions of this volume do not cover the same slices, so they became {n_parts} volumes"),
        "check whether files are missing",
    )
}
