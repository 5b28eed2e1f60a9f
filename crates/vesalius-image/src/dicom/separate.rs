//! Telling the channels of a volume apart: echo, b-value, time, or what else slices at one place differ in.

use std::collections::BTreeMap;

use super::slice::{Mark, Slice, Value};

/// One repetition of a volume.
#[derive(Clone, Debug)]
pub(crate) struct Channel {
    /// What sets it apart, such as `b=1000`; empty where nothing has to.
    pub(crate) name: String,
    /// For every place in order, the slice there, and behind it those that nothing tells from it.
    pub(crate) slices: Vec<Vec<usize>>,
}

/// What sets a slice apart from others at its place: values in the order of the marks, and a rank.
type Key = (Vec<Option<Value>>, usize);

/// The channels of slices whose places are given, in the order of their marks.
///
/// Channels that cover other places than the first are volumes of their own, so that there may be several lists.
pub(crate) fn separate(places: &[Vec<usize>], slices: &[&Slice]) -> Vec<Vec<Channel>> {
    let marks = telling_marks(places, slices);
    let key =
        |idx: usize| -> Vec<Option<Value>> { marks.iter().map(|mark| slices[idx].marks.get(mark).cloned()).collect() };
    let rank = ranking_mark(places, slices, &key);
    let mut channels: BTreeMap<Key, BTreeMap<usize, Vec<usize>>> = BTreeMap::new();
    for (place_idx, place) in places.iter().enumerate() {
        let mut by_value: BTreeMap<Vec<Option<Value>>, Vec<usize>> = BTreeMap::new();
        for idx in place {
            by_value.entry(key(*idx)).or_default().push(*idx);
        }
        for (values, mut group) in by_value {
            if let Some(mark) = rank {
                group.sort_by(|a, b| slices[*a].marks.get(&mark).cmp(&slices[*b].marks.get(&mark)));
            }
            for (n, idx) in group.into_iter().enumerate() {
                let rank_idx = if rank.is_some() { n } else { 0 };
                channels.entry((values.clone(), rank_idx)).or_default().entry(place_idx).or_default().push(idx);
            }
        }
    }
    let start =
        places.first().and_then(|place| place.iter().filter_map(|idx| time(slices, *idx)).min_by(f64::total_cmp));
    by_extent(channels, &Naming { marks: &marks, rank, slices, start })
}

/// The marks by value that are needed to tell slices at the same place apart.
fn telling_marks(places: &[Vec<usize>], slices: &[&Slice]) -> Vec<Mark> {
    let n_distinct = |marks: &[Mark]| -> usize {
        let of_place = |place: &Vec<usize>| {
            let keys =
                place.iter().map(|idx| marks.iter().map(|mark| slices[*idx].marks.get(mark)).collect::<Vec<_>>());
            keys.collect::<std::collections::BTreeSet<_>>().len()
        };
        places.iter().map(of_place).sum()
    };
    let n_slices: usize = places.iter().map(Vec::len).sum();
    let mut marks = Vec::new();
    let mut n_told = places.len();
    for mark in Mark::BY_VALUE {
        if n_told == n_slices {
            break;
        }
        marks.push(mark);
        match n_distinct(&marks) {
            n if n > n_told => n_told = n,
            _ => _ = marks.pop(),
        }
    }
    marks
}

/// The mark whose order tells slices apart that are equal in all others, at every place and as often at each.
fn ranking_mark(places: &[Vec<usize>], slices: &[&Slice], key: &impl Fn(usize) -> Vec<Option<Value>>) -> Option<Mark> {
    let mut n_equal: BTreeMap<Vec<Option<Value>>, Vec<usize>> = BTreeMap::new();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for place in places {
        let mut by_value: BTreeMap<Vec<Option<Value>>, Vec<usize>> = BTreeMap::new();
        for idx in place {
            by_value.entry(key(*idx)).or_default().push(*idx);
        }
        for (values, group) in by_value {
            n_equal.entry(values).or_default().push(group.len());
            groups.push(group);
        }
    }
    let is_repeated = groups.iter().any(|group| group.len() > 1);
    let is_even = n_equal.values().all(|counts| counts.iter().all(|n| *n == counts[0]));
    let tells = |mark: &Mark| {
        groups.iter().all(|group| {
            let values: Option<std::collections::BTreeSet<&Value>> =
                group.iter().map(|idx| slices[*idx].marks.get(mark)).collect();
            group.len() == 1 || values.is_some_and(|values| values.len() == group.len())
        })
    };
    if is_repeated && is_even { Mark::BY_RANK.into_iter().find(tells) } else { None }
}

/// What is needed to name a channel.
struct Naming<'a> {
    marks: &'a [Mark],
    rank: Option<Mark>,
    slices: &'a [&'a Slice],
    /// The first time at the first place, from which times are counted in names.
    start: Option<f64>,
}

fn time(slices: &[&Slice], idx: usize) -> Option<f64> {
    match slices[idx].marks.get(&Mark::Time) {
        Some(Value::Number(seconds)) => Some(*seconds),
        _ => None,
    }
}

impl Naming<'_> {
    fn name(&self, (values, _): &Key, first_slice: usize) -> String {
        let ranked = self.rank.and_then(|mark| self.rank_value(mark, first_slice).map(|value| (mark, value)));
        let named = self.marks.iter().zip(values).map(|(mark, value)| match value {
            Some(value) => mark.channel_name(value),
            None => mark.channel_name(&Value::Text("none".to_owned())),
        });
        named.chain(ranked.map(|(mark, value)| mark.channel_name(&value))).collect::<Vec<_>>().join(", ")
    }

    /// The value of the mark that ranks; of times only the difference to the start, which tells no date.
    fn rank_value(&self, mark: Mark, slice: usize) -> Option<Value> {
        if mark != Mark::Time {
            return self.slices[slice].marks.get(&mark).cloned();
        }
        let seconds = time(self.slices, slice)? - self.start?;
        Some(Value::Number((seconds * 1000.0).round() / 1000.0))
    }
}

/// Channels that cover the same places together, in the order in which the first of each comes.
fn by_extent(channels: BTreeMap<Key, BTreeMap<usize, Vec<usize>>>, naming: &Naming<'_>) -> Vec<Vec<Channel>> {
    let mut parts: Vec<(Vec<usize>, Vec<Channel>)> = Vec::new();
    for (key, at_places) in channels {
        let extent: Vec<usize> = at_places.keys().copied().collect();
        let slices: Vec<Vec<usize>> = at_places.into_values().collect();
        let channel = Channel { name: naming.name(&key, slices[0][0]), slices };
        match parts.iter_mut().find(|(known, _)| *known == extent) {
            Some((_, part)) => part.push(channel),
            None => parts.push((extent, vec![channel])),
        }
    }
    parts.into_iter().map(|(_, part)| part).collect()
}
