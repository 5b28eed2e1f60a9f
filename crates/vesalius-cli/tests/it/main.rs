//! The program as a user meets it: exit codes, standard output, standard error.

mod program;

/// Help, unknown flags, unwritable folders, missing files.
mod usage;

/// 0, 1, 2 for problems, 3 for `--fail-on`.
mod exit_codes;

/// `--json`: the artefact on standard output, and nothing else there.
mod json;

/// `inspect` and `convert`: the table, JSON, repairs.
mod volumes;

/// The stages one by one and all at once, on a phantom.
mod road;

/// Ctrl-C once and twice.
mod interrupt;
