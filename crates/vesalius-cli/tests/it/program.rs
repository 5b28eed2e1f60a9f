//! Runs the built program in a folder of its own, and compares what it said.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A folder in which the program runs; it is gone when the test ends.
pub(crate) struct Place {
    dir: tempfile::TempDir,
}

/// What the program said, with the folder written as `[DIR]`.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a folder") }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// The program, ready to run here.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vesalius"));
        command.args(arguments).current_dir(self.dir.path()).stdin(Stdio::null());
        command
    }

    /// Runs the program to its end; arguments are split at spaces.
    pub(crate) fn run(&self, arguments: &str) -> Said {
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        let output = self.command(&arguments).output().expect("the program starts");
        Said {
            code: output.status.code().expect("it ended by itself"),
            stdout: self.text(&output.stdout),
            stderr: self.text(&output.stderr),
        }
    }

    /// Runs the program and compares everything that it says with what is expected.
    pub(crate) fn check(&self, arguments: &str, code: i32, stdout: &str, stderr: &str) {
        let said = self.run(arguments);
        assert_eq!((said.code, said.stdout.trim_end()), (code, stdout), "vesalius {arguments}\n{}", said.stderr);
        assert_eq!(said.stderr.trim_end(), stderr, "vesalius {arguments}");
    }

    /// A small phantom, its file in `phantommnist.npz`.
    pub(crate) fn with_phantom(settings: &str) -> Self {
        let place = Self::new();
        let said = place
            .run(&format!("phantom medmnist --out . --set train=24 --set val=8 --set test=8 --set side=12 {settings}"));
        assert_eq!(said.code, 0, "{said:?}");
        place
    }

    fn text(&self, bytes: &[u8]) -> String {
        let text = String::from_utf8(bytes.to_vec()).expect("the program speaks UTF-8");
        text.replace(&*self.dir.path().to_string_lossy(), "[DIR]")
    }
}

/// The names in a folder, sorted.
pub(crate) fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name")).collect();
    names.sort();
    names
}
