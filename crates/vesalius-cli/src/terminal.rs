//! The only file that writes to the terminal: results to standard output, everything else to standard error.

#![expect(clippy::print_stderr, clippy::exit, reason = "the command line is where the program speaks and ends")]

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use vesalius::error::ErrorKind;
use vesalius::progress::Progress;

use crate::outcome::Outcome;

/// The exit code of an error.
const CODE_ERROR: u8 = 1;
/// The exit code after Ctrl-C, as shells have it: 128 and the number of the signal.
const CODE_STOPPED: u8 = 130;
/// How often a line of progress is written where nobody watches a bar.
const LINE_INTERVAL: Duration = Duration::from_secs(30);

/// Whether a person watches standard error.
pub(crate) fn is_watched() -> bool {
    io::stderr().is_terminal()
}

/// A remark on standard error.
pub(crate) fn note(text: &str) {
    eprintln!("{text}");
}

/// Ends the program without waiting for anything.
pub(crate) fn exit_now() -> ! {
    std::process::exit(i32::from(CODE_STOPPED))
}

/// Help and version go to standard output; a wrong usage is an error like any other, and its exit code is 1.
pub(crate) fn show_usage(usage: &clap::Error) -> ExitCode {
    // A reader that has closed the pipe has seen enough.
    let _ = usage.print();
    ExitCode::from(if usage.use_stderr() { CODE_ERROR } else { 0 })
}

/// Shows what a command handed back, or its error with all causes, and gives the exit code.
pub(crate) fn show(done: Result<Outcome>, json: bool) -> ExitCode {
    let outcome = match done {
        Ok(outcome) => outcome,
        Err(error) => return show_error(&error),
    };
    let text = if json { &outcome.artifact } else { &outcome.summary };
    match writeln!(io::stdout(), "{}", text.trim_end()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("error: could not write to standard output\n  caused by: {error}");
            ExitCode::from(CODE_ERROR)
        }
        _ => ExitCode::from(outcome.exit.code()),
    }
}

fn show_error(error: &anyhow::Error) -> ExitCode {
    eprintln!("error: {error}");
    let mut said = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        // Many errors quote their cause; nobody needs to read it twice.
        if !said.contains(&cause) {
            eprintln!("  caused by: {cause}");
            said.push_str(&cause);
        }
    }
    let stopped = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<vesalius::Error>())
        .any(|error| error.kind() == ErrorKind::Interrupted);
    ExitCode::from(if stopped { CODE_STOPPED } else { CODE_ERROR })
}

/// Progress as a bar, for a person who watches.
pub(crate) struct Bars(Mutex<ProgressBar>);

impl Default for Bars {
    fn default() -> Self {
        Self(Mutex::new(ProgressBar::hidden()))
    }
}

impl Bars {
    // A note that does not fit is cut: a bar that wraps is drawn one line further down each time.
    const STEPS: &str = "{prefix} {bar:20} {pos}/{len} {eta} left {wide_msg}";
    const BYTES: &str = "{prefix} {bar:20} {bytes}/{total_bytes} {bytes_per_sec} {eta} left {wide_msg}";
    const UNKNOWN: &str = "{prefix} {spinner} {pos} {wide_msg}";

    fn style(what: &str, total: u64) -> ProgressStyle {
        let template = match total {
            0 => Self::UNKNOWN,
            _ if what.ends_with(BYTES_SUFFIX) => Self::BYTES,
            _ => Self::STEPS,
        };
        ProgressStyle::with_template(template).expect("the templates are constants that parse").progress_chars("=> ")
    }
}

impl Progress for Bars {
    fn start(&self, what: &str, total: u64) {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        bar.set_style(Self::style(what, total));
        bar.set_prefix(what.trim_end_matches(BYTES_SUFFIX).to_owned());
        let mut current = lock(&self.0);
        current.finish_and_clear();
        *current = bar;
    }

    fn update(&self, done: u64, note: &str) {
        let bar = lock(&self.0);
        bar.set_position(done);
        bar.set_message(note.to_owned());
    }

    fn finish(&self, summary: &str) {
        lock(&self.0).finish_and_clear();
        note(summary);
    }
}

/// The name of a piece of work that counts bytes ends so.
const BYTES_SUFFIX: &str = " (bytes)";

/// Progress as a line now and then, for a log.
#[derive(Default)]
pub(crate) struct Lines(Mutex<Option<Work>>);

/// The piece of work that a log is being written of.
struct Work {
    what: String,
    total: u64,
    last_line: Instant,
}

impl Progress for Lines {
    fn start(&self, what: &str, total: u64) {
        *lock(&self.0) = Some(Work { what: what.to_owned(), total, last_line: Instant::now() });
    }

    fn update(&self, done: u64, note: &str) {
        let mut work = lock(&self.0);
        let Some(work) = work.as_mut().filter(|work| work.last_line.elapsed() >= LINE_INTERVAL) else { return };
        work.last_line = Instant::now();
        eprintln!("{}: {done}/{} {note}", work.what, work.total);
    }

    fn finish(&self, summary: &str) {
        *lock(&self.0) = None;
        note(summary);
    }
}

/// A bar that a panicking thread was drawing is still good enough to draw on.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
