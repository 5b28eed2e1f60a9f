//! The program as a user meets it: exit codes, standard output, standard error.

mod program;

mod exit_codes; // 0, 1, 2 for problems, 3 for --fail-on
mod interrupt;
mod json; // `--json`: the artefact on standard output, and nothing else there
mod road;
mod usage; // help, unknown flags, unwritable folders, missing files // Ctrl-C once and twice // the stages one by one and all at once, on a phantom
