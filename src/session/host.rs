//! The outside world of a recorded program: files beside it, a standard library, its output.

use std::io::{BufRead as _, BufWriter, IsTerminal as _, Stdout, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::events::Stream;
use crate::objects::vm::Host;

/// The source files that the run read, for the recording.
pub(super) type ReadSources = Arc<Mutex<Vec<(String, String)>>>;

/// Shows a program the files beside it and nothing else.
#[derive(Debug)]
pub(super) struct SessionHost {
    /// Only files in here and in `stdlib` may be read; `None`: no files at all.
    directory: Option<PathBuf>,
    stdlib: Option<PathBuf>,
    /// This process's output, when the program writes there and reads from its input.
    stdout: Option<BufWriter<Stdout>>,
    /// Somebody watches the output: each line is shown as soon as it is whole.
    watched: bool,
    sources: ReadSources,
}

impl SessionHost {
    pub(super) fn new(
        directory: Option<&Path>,
        stdlib: Option<PathBuf>,
        terminal: bool,
        sources: ReadSources,
    ) -> Self {
        let directory = directory.map(|directory| {
            let directory = if directory.as_os_str().is_empty() {
                Path::new(".")
            } else {
                directory
            };
            directory
                .canonicalize()
                .unwrap_or_else(|_| directory.to_owned())
        });
        Self {
            directory,
            stdlib: stdlib.map(|base| base.canonicalize().unwrap_or(base)),
            stdout: terminal.then(|| BufWriter::with_capacity(1 << 16, std::io::stdout())),
            watched: std::io::stdout().is_terminal(),
            sources,
        }
    }

    /// The real path, if the sandbox shows it.
    fn allowed(&self, path: &str) -> Option<PathBuf> {
        let path = if path.is_empty() {
            Path::new(".")
        } else {
            Path::new(path)
        };
        let directory = self.directory.as_ref()?;
        let real = path.canonicalize().ok()?;
        let shown = real.starts_with(directory)
            || self
                .stdlib
                .as_ref()
                .is_some_and(|base| real.starts_with(base));
        shown.then_some(real)
    }

    fn note_source(&self, path: &str, bytes: &[u8]) {
        if Path::new(path).extension().is_some_and(|e| e == "py") {
            let text = String::from_utf8_lossy(bytes).into_owned();
            let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
            sources.push((path.to_owned(), text));
        }
    }
}

impl Host for SessionHost {
    fn write(&mut self, stream: Stream, bytes: &[u8]) {
        let Some(stdout) = &mut self.stdout else {
            return;
        };
        // A reader that went away is no reason to stop the program.
        let _ = match stream {
            Stream::Stdout => {
                let written = stdout.write_all(bytes);
                if self.watched && bytes.contains(&b'\n') {
                    written.and(stdout.flush())
                } else {
                    written
                }
            }
            Stream::Stderr => {
                let flushed = stdout.flush();
                std::io::stderr().write_all(bytes).and(flushed)
            }
        };
    }

    fn read_line(&mut self) -> Option<String> {
        let _ = self.stdout.as_mut()?.flush();
        let mut line = String::new();
        match std::io::stdin().lock().read_line(&mut line) {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(line),
        }
    }

    fn read_file(&mut self, path: &str) -> Option<Vec<u8>> {
        let real = self.allowed(path)?;
        let bytes = real.is_file().then(|| std::fs::read(real).ok()).flatten()?;
        self.note_source(path, &bytes);
        Some(bytes)
    }

    fn is_dir(&mut self, path: &str) -> bool {
        self.allowed(path).is_some_and(|real| real.is_dir())
    }

    fn list_dir(&mut self, path: &str) -> Option<Vec<String>> {
        let real = self.allowed(path)?;
        let entries = std::fs::read_dir(real).ok()?;
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        names.sort();
        Some(names)
    }

    fn stdlib_file(&mut self, path: &str) -> Option<Vec<u8>> {
        let bytes = match &self.stdlib {
            Some(base) => {
                let real = base.join(path);
                let inside = !path.contains("..") && real.is_file();
                inside.then(|| std::fs::read(real).ok()).flatten()?
            }
            None => crate::stdlib::embedded::file(path)?,
        };
        self.note_source(path, &bytes);
        Some(bytes)
    }

    fn stdlib_dir(&mut self, path: &str) -> Option<Vec<String>> {
        let Some(base) = self.stdlib.as_ref() else {
            return crate::stdlib::embedded::directory(path);
        };
        if path.contains("..") {
            return None;
        }
        let mut names: Vec<String> = std::fs::read_dir(base.join(path))
            .ok()?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        names.sort();
        Some(names)
    }
}

impl Drop for SessionHost {
    fn drop(&mut self) {
        if let Some(stdout) = &mut self.stdout {
            let _ = stdout.flush();
        }
    }
}
