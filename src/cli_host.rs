//! The machine's outside world on the command line: real streams, sibling files, a standard library.

use std::io::{self, BufRead as _, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use ouroscope::events::Stream;
use ouroscope::objects::vm::Host;

/// Streams of this process, and files below the program's own directory.
pub(crate) struct CliHost {
    stdout: BufWriter<io::Stdout>,
    /// Only files in here may be read, and those of `stdlib`, which a program may name by their
    /// place on the host as well as below the marker of the library.
    directory: PathBuf,
    stdlib: Option<PathBuf>,
}

impl CliHost {
    /// For a program in `directory`.
    pub(crate) fn new(directory: &Path, stdlib: Option<PathBuf>) -> Self {
        let directory = if directory.as_os_str().is_empty() {
            PathBuf::from(".")
        } else {
            directory.to_owned()
        };
        Self {
            stdout: BufWriter::with_capacity(1 << 16, io::stdout()),
            directory: directory.canonicalize().unwrap_or(directory),
            stdlib: stdlib.map(|base| base.canonicalize().unwrap_or(base)),
        }
    }

    /// The real path, if the sandbox shows it.
    fn allowed(&self, path: &str) -> Option<PathBuf> {
        let path = if path.is_empty() {
            Path::new(".")
        } else {
            Path::new(path)
        };
        let real = path.canonicalize().ok()?;
        let shown = real.starts_with(&self.directory)
            || self
                .stdlib
                .as_ref()
                .is_some_and(|base| real.starts_with(base));
        shown.then_some(real)
    }
}

impl Host for CliHost {
    fn write(&mut self, stream: Stream, bytes: &[u8]) {
        // A reader that went away is no reason to stop the program.
        let _ = match stream {
            Stream::Stdout => self.stdout.write_all(bytes),
            Stream::Stderr => {
                let flushed = self.stdout.flush();
                io::stderr().write_all(bytes).and(flushed)
            }
        };
    }

    fn read_line(&mut self) -> Option<String> {
        let _ = self.stdout.flush();
        let mut line = String::new();
        match io::stdin().lock().read_line(&mut line) {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(line),
        }
    }

    fn read_file(&mut self, path: &str) -> Option<Vec<u8>> {
        let real = self.allowed(path)?;
        real.is_file().then(|| std::fs::read(real).ok()).flatten()
    }

    fn is_dir(&mut self, path: &str) -> bool {
        self.allowed(path).is_some_and(|real| real.is_dir())
    }

    fn list_dir(&mut self, path: &str) -> Option<Vec<String>> {
        let real = self.allowed(path)?;
        let mut names: Vec<String> = std::fs::read_dir(real)
            .ok()?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        names.sort();
        Some(names)
    }

    fn stdlib_file(&mut self, path: &str) -> Option<Vec<u8>> {
        let Some(base) = self.stdlib.as_ref() else {
            return ouroscope::stdlib::embedded::file(path);
        };
        let real = base.join(path);
        (!path.contains("..") && real.is_file())
            .then(|| std::fs::read(real).ok())
            .flatten()
    }
}

impl Drop for CliHost {
    fn drop(&mut self) {
        let _ = self.stdout.flush();
    }
}
