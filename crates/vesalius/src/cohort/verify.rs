//! Looking at every image of a cohort once: which cannot be used, and which are the same.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use vesalius_image::Fingerprint;

use crate::artifact;
use crate::cohort::{Cohort, Images, Layout, Problem, ReadOptions, read_source};
use crate::error::{Error, ErrorKind, Result};
use crate::progress::Context;

/// Cases between two looks at the clock and the stop flag.
const N_CASES_A_STEP: u64 = 64;

/// Reads a dataset, decodes every image once and leaves out the cases that cannot be used.
///
/// The one call that a stage needs for `SOURCE [--layout NAME]`; a layout of `None` is guessed.
pub fn open(
    source: &Path,
    layout: Option<Layout>,
    options: &ReadOptions,
    ctx: &Context<'_>,
) -> Result<(Cohort, Images, Vec<Problem>)> {
    let layout = layout.map_or_else(|| Layout::guess(source), Ok)?;
    let (cohort, mut problems) = read_source(source, layout, options)?;
    let images = Images::open(&cohort, &options.limits)?;
    let broken = verify(&cohort, &images, ctx)?;
    let cohort = cohort.without(&broken);
    if cohort.cases.is_empty() {
        let first = broken.first().map_or("", |problem| problem.message.as_str());
        let message = format!("no image of {} can be used; the first problem: {first}", source.display());
        return Err(Error::new(ErrorKind::Data, message));
    }
    problems.extend(broken);
    Ok((cohort, images, problems))
}

/// Decodes every image, in parallel, and lists those that cannot be used, in the order of the cases.
pub fn verify(cohort: &Cohort, images: &Images, ctx: &Context<'_>) -> Result<Vec<Problem>> {
    let problems = each_case(cohort, ctx, "reading images", |idx| {
        let error = images.load(cohort, idx).err()?;
        let case = &cohort.cases[idx];
        let path = case.images.first().map_or(String::new(), |(_, reference)| reference.clone());
        Some(Problem { case: case.case.clone(), path, message: error.to_string() })
    })?;
    Ok(problems.into_iter().flatten().collect())
}

/// The fingerprint of every image, in parallel; `None` where it cannot be read.
pub fn fingerprints(cohort: &Cohort, images: &Images, ctx: &Context<'_>) -> Result<Vec<Option<Fingerprint>>> {
    each_case(cohort, ctx, "comparing images", |idx| images.load(cohort, idx).ok().map(|image| image.fingerprint()))
}

/// One pure function from a case to a record, on all threads; the order is that of the cases.
fn each_case<T: Send>(
    cohort: &Cohort,
    ctx: &Context<'_>,
    what: &str,
    record: impl Fn(usize) -> T + Sync,
) -> Result<Vec<T>> {
    let n_done = AtomicU64::new(0);
    ctx.progress.start(what, cohort.n_cases() as u64);
    let records = (0..cohort.n_cases()).into_par_iter().map(|idx| {
        let n_before = n_done.fetch_add(1, Ordering::Relaxed);
        if n_before.is_multiple_of(N_CASES_A_STEP) {
            ctx.check()?;
            ctx.progress.update(n_before, "");
        }
        Ok(record(idx))
    });
    let records: Result<Vec<T>> = records.collect();
    ctx.progress.finish(&format!("{what}: {} cases", cohort.n_cases()));
    records
}

/// Writes `problems.csv`: case, path, problem.
pub fn save_problems(path: &Path, problems: &[Problem]) -> Result<()> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let rows = problems.iter().map(|problem| [&problem.case, &problem.path, &problem.message].map(String::as_str));
    for row in std::iter::once(["case", "path", "problem"]).chain(rows) {
        writer.write_record(row).map_err(|error| Error::write(path, error))?;
    }
    let bytes = writer.into_inner().map_err(|error| Error::write(path, error.into_error()))?;
    artifact::write_bytes(path, &bytes)
}
