//! The `vesalius` command: what was typed becomes a call of the toolkit, its result a few lines and an exit code.

mod arguments;
mod commands;
mod outcome;
mod session;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::Cli;
use crate::session::Session;

/// Training and decoding allocate and free large buffers all the time, which this allocator hands back fastest.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => return terminal::show_usage(&usage),
    };
    let done = Session::new(&cli.options).and_then(|session| commands::run(&cli.command, &session));
    terminal::show(done, cli.options.json)
}
