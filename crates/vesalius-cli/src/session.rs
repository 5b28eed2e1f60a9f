//! What the options of every command mean: threads, logs, where to stop, where to show progress.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, Result, bail};
use tracing::level_filters::LevelFilter;
use vesalius::Device;
use vesalius::progress::{Context, Progress};

use crate::arguments::Options;
use crate::terminal::{self, Bars, Lines};

/// One run of the program.
pub(crate) struct Session {
    out: Option<PathBuf>,
    pub(crate) seed: Option<u64>,
    pub(crate) device: Device,
    progress: Box<dyn Progress>,
    stop: Arc<AtomicBool>,
}

impl Session {
    /// Sets up threads, logs and the answer to Ctrl-C; called once.
    pub(crate) fn new(options: &Options) -> Result<Self> {
        if let Some(n_threads) = options.threads {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads.get());
            pool.build_global().with_context(|| format!("could not start {n_threads} threads"))?;
        }
        log_to_stderr(options.verbose);
        let stop = Arc::new(AtomicBool::new(false));
        let handler_stop = Arc::clone(&stop);
        ctrlc::set_handler(move || {
            if handler_stop.swap(true, Ordering::Relaxed) {
                terminal::exit_now();
            }
            terminal::note("stopping at the next safe point; press Ctrl-C again to stop at once");
        })
        .context("could not listen for Ctrl-C")?;
        let progress: Box<dyn Progress> =
            if terminal::is_watched() { Box::<Bars>::default() } else { Box::<Lines>::default() };
        Ok(Self { out: options.out.clone(), seed: options.seed, device: options.device, progress, stop })
    }

    /// Where progress is shown and how a stop is heard.
    pub(crate) fn context(&self) -> Context<'_> {
        Context { progress: self.progress.as_ref(), stop: &self.stop }
    }

    /// The folder of `--out`, if it was given.
    pub(crate) fn out(&self) -> Option<&Path> {
        self.out.as_deref()
    }

    /// The folder of `--out`, for a command that cannot do without.
    pub(crate) fn out_needed(&self, what: &str) -> Result<&Path> {
        let Some(out) = self.out() else { bail!("--out DIR is missing; name the folder for {what}") };
        Ok(out)
    }
}

fn log_to_stderr(verbose: u8) {
    let level = match verbose {
        0 => LevelFilter::WARN,
        1 => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(level)
        .without_time()
        .with_target(false)
        .init();
}
