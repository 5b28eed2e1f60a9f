//! Masks: files or folders matched by case name, fused on one grid, in `masks/<case>.nii.gz`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use vesalius_image::format::{self, Format};
use vesalius_image::{Samples, Volume};
use vesalius_stats::fuse::{Method, Takes, majority, simple, staple};

use super::inputs::{Inputs, without_ending};
use super::{EnsembleConfig, Ensembled, Performance, in_case, maps, raters, some_of, write_table};
use crate::artifact;
use crate::cohort::{self, Problem};
use crate::error::{Error, ErrorKind, Result};
use crate::progress::Context;

/// A case that all raters have: its name, and the file of each.
struct Matched {
    case: String,
    files: Vec<PathBuf>,
}

/// A fused case.
struct Fused {
    volume: Volume,
    performance: Vec<Performance>,
    notes: Vec<String>,
}

pub(super) fn fuse(
    inputs: &Inputs,
    method: &Method,
    config: &EnsembleConfig,
    out: &Path,
    ctx: &Context<'_>,
) -> Result<Ensembled> {
    let mut done = Ensembled::default();
    let single = single_file(out);
    let cases = matched(inputs, single.is_some(), &mut done.notes)?;
    if let (Some(_), [_, _, ..]) = (&single, &cases[..]) {
        let message =
            format!("{} is one file, and there are {} cases; name a folder by --out", out.display(), cases.len());
        return Err(Error::new(ErrorKind::Configuration, message));
    }
    ctx.progress.start("fusing masks", cases.len() as u64);
    let n_done = AtomicU64::new(0);
    let one = |case: &Matched| -> Result<std::result::Result<(PathBuf, Fused), Problem>> {
        ctx.check()?;
        let path =
            single.as_ref().map_or_else(|| out.join("masks").join(format!("{}.nii.gz", case.case)), |_| out.into());
        let fused = of_case(case, inputs, method, config).and_then(|fused| write(&path, &fused).map(|()| fused));
        ctx.progress.update(n_done.fetch_add(1, Ordering::Relaxed) + 1, &case.case);
        let problem = |error: Error| Problem {
            case: case.case.clone(),
            path: case.files[0].display().to_string(),
            message: error.to_string(),
        };
        match fused {
            Ok(fused) => Ok(Ok((path, fused))),
            // Where there is one case, its error is that of the whole.
            Err(error) if cases.len() == 1 => Err(error),
            Err(error) => Ok(Err(problem(error))),
        }
    };
    let results: Vec<_> = cases.par_iter().map(one).collect::<Result<_>>()?;
    for result in results {
        match result {
            Ok((path, fused)) => {
                done.written.push(path);
                done.performance.extend(fused.performance);
                done.notes.extend(fused.notes);
            }
            Err(problem) => done.problems.push(problem),
        }
    }
    done.n_cases = done.written.len();
    ctx.progress.finish(&format!("fused {} of {} cases", done.n_cases, cases.len()));
    let folder = if single.is_some() { out.parent().unwrap_or(Path::new(".")) } else { out };
    write_performance(&mut done, folder)?;
    if !done.problems.is_empty() {
        let path = folder.join("problems.csv");
        cohort::save_problems(&path, &done.problems)?;
        done.written.push(path);
    }
    Ok(done)
}

/// The format of `out`, where it names one mask.
fn single_file(out: &Path) -> Option<&'static Format> {
    let name = out.file_name()?.to_string_lossy();
    if out.is_dir() { None } else { format::of_name(&name) }
}

/// Cases that all raters have; the others are noted.
fn matched(inputs: &Inputs, is_single: bool, notes: &mut Vec<String>) -> Result<Vec<Matched>> {
    if inputs.paths.iter().all(|path| path.is_file()) {
        let stem = |path: &PathBuf| without_ending(&path.file_name().unwrap_or_default().to_string_lossy()).to_owned();
        let stems: BTreeSet<String> = inputs.paths.iter().map(stem).collect();
        // Files that are called alike are of the case of that name; others say only who their rater is.
        let case = match stems.first() {
            Some(stem) if stems.len() == 1 && !is_single => stem.clone(),
            _ => "fused".to_owned(),
        };
        return Ok(vec![Matched { case, files: inputs.paths.clone() }]);
    }
    let raters = inputs.paths.iter().map(|folder| files_of(folder)).collect::<Result<Vec<_>>>()?;
    let all: BTreeSet<&String> = raters.iter().flat_map(BTreeMap::keys).collect();
    for (rater, name) in raters.iter().zip(&inputs.members) {
        let missing: Vec<String> = all.iter().filter(|case| !rater.contains_key(**case)).map(|&c| c.clone()).collect();
        if !missing.is_empty() {
            let n = missing.len();
            notes.push(format!("{n} cases left out, since {name} has no mask of them: {}", some_of(&missing)));
        }
    }
    let files = |case: &String| raters.iter().map(|rater| rater.get(case).cloned()).collect::<Option<Vec<PathBuf>>>();
    let matched: Vec<Matched> =
        all.into_iter().filter_map(|case| Some(Matched { case: case.clone(), files: files(case)? })).collect();
    if matched.is_empty() {
        let message = "no case has a mask in every folder; expected files of the same names, such as case-1.nii.gz";
        return Err(Error::new(ErrorKind::Data, message));
    }
    Ok(matched)
}

/// The masks of a folder by case; of several files of one case, such as a mask with probabilities, the first by name.
fn files_of(folder: &Path) -> Result<BTreeMap<String, PathBuf>> {
    if !folder.is_dir() {
        let message =
            format!("{} is a file among folders; expected folders of masks, or files alone", folder.display());
        return Err(Error::new(ErrorKind::Configuration, message));
    }
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| Error::read(folder, error))? {
        let entry = entry.map_err(|error| Error::read(folder, error))?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    let mut files = BTreeMap::new();
    for name in names.iter().filter(|name| format::of_name(name).is_some()) {
        files.entry(without_ending(name).to_owned()).or_insert_with(|| folder.join(name));
    }
    Ok(files)
}

fn of_case(case: &Matched, inputs: &Inputs, method: &Method, config: &EnsembleConfig) -> Result<Fused> {
    if method.takes.contains(&Takes::Maps) {
        let volume = maps::fuse(&case.files, method.name, config)?;
        return Ok(Fused { volume, performance: Vec::new(), notes: Vec::new() });
    }
    let (votes, first) = raters::votes(&case.files, config)?;
    let (ties, named) = (config.ties.into(), in_case(case.case.as_str()));
    let (mut performance, mut notes) = (Vec::new(), Vec::new());
    let labels = match method.name {
        "staple" => {
            let found = staple(&votes, ties).map_err(named)?;
            if !found.converged {
                notes.push(format!("case {}: STAPLE had not settled after {} turns", case.case, found.n_iterations));
            }
            let estimates = found.performance(&inputs.members, config.level);
            let of_case = |estimate| Performance { case: case.case.clone(), estimate };
            performance = estimates.into_iter().map(of_case).collect();
            found.fused
        }
        "simple" => simple(&votes, ties).map_err(named)?.fused,
        _ => majority(&votes, ties).map_err(named)?,
    };
    Ok(Fused { volume: label_volume(labels, &first)?, performance, notes })
}

/// Labels on the grid of a volume, in the smallest type that holds them.
pub(super) fn label_volume(labels: Vec<u32>, like: &Volume) -> Result<Volume> {
    let [_, z, y, x] = like.shape();
    let samples = match labels.iter().max() {
        Some(most) if *most > u32::from(u16::MAX) => Samples::U32(labels),
        Some(most) if *most > u32::from(u8::MAX) => {
            Samples::U16(labels.into_iter().map(|label| label as u16).collect())
        }
        _ => Samples::U8(labels.into_iter().map(|label| label as u8).collect()),
    };
    Ok(Volume::new(samples, [1, z, y, x], like.geometry().cloned())?)
}

fn write(path: &Path, fused: &Fused) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let encode = format::of_name(&name).and_then(|format| format.encode).ok_or_else(|| {
        let message = format!("{} is of a format that is only read; name a file such as fused.nii.gz", path.display());
        Error::new(ErrorKind::Configuration, message)
    })?;
    // A header that names other files comes last, so that whoever finds it finds them.
    for file in encode(&fused.volume, &name)?.iter().rev() {
        artifact::write_bytes(&path.with_file_name(&file.name), &file.bytes)?;
    }
    Ok(())
}

fn write_performance(done: &mut Ensembled, folder: &Path) -> Result<()> {
    if done.performance.is_empty() {
        return Ok(());
    }
    let header = ["case", "rater", "label", "metric", "value", "low", "high", "level", "n", "method", "undefined"];
    let number = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
    let row = |of: &Performance| {
        let found = &of.estimate;
        let mut row = vec![of.case.clone(), found.group.clone(), found.target.clone(), found.metric.clone()];
        row.extend([found.value, found.low, found.high].map(number));
        row.extend([found.level.to_string(), found.n.to_string(), found.method.clone()]);
        row.push(found.undefined.clone().unwrap_or_default());
        row
    };
    let rows: Vec<Vec<String>> =
        std::iter::once(header.map(str::to_owned).to_vec()).chain(done.performance.iter().map(row)).collect();
    write_table(done, folder.join("performance.csv"), rows)
}
