//! How long work tells how far it is, and hears that it should stop; only the command line draws it.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, ErrorKind, Result};

/// Something that shows progress to a person.
pub trait Progress: Sync {
    /// A new piece of work of `total` steps begins; it replaces the one before.
    fn start(&self, what: &str, total: u64);
    /// `done` steps of the current piece are finished; `note` is a few words or figures beside the bar.
    fn update(&self, done: u64, note: &str);
    /// The current piece is finished; `summary` is the line that stays.
    fn finish(&self, summary: &str);
}

/// Shows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn start(&self, _what: &str, _total: u64) {}
    fn update(&self, _done: u64, _note: &str) {}
    fn finish(&self, _summary: &str) {}
}

/// What every long stage is handed: where to show progress and when to stop.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Where progress is shown.
    pub progress: &'a dyn Progress,
    /// Set by the outside (Ctrl-C) when work should stop at the next safe point.
    pub stop: &'a AtomicBool,
}

impl Context<'_> {
    /// Whether the user asked to stop.
    pub fn should_stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// An [`ErrorKind::Interrupted`] error if the user asked to stop.
    pub fn check(&self) -> Result<()> {
        if self.should_stop() {
            return Err(Error::new(ErrorKind::Interrupted, "stopped on request; run the same command again to go on"));
        }
        Ok(())
    }
}
