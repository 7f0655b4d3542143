//! The command line: reads the arguments and calls the library.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use ouroscope::bytecode::dis::{DisOptions, dis};
use ouroscope::compiler::{self, CompileOptions, json};

/// Shows how CPython 3.13 runs a program.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Print the bytecode of a file, as `python3.13 -m dis` does
    Dis(DisArgs),
    /// Compile files and print their code objects
    Compile(CompileArgs),
}

#[derive(clap::Args)]
struct DisArgs {
    /// Show inline caches
    #[arg(short = 'C', long)]
    show_caches: bool,
    /// Show instruction offsets
    #[arg(short = 'O', long)]
    show_offsets: bool,
    /// The Python file
    file: PathBuf,
}

#[derive(clap::Args)]
struct CompileArgs {
    /// Print one line of JSON for each code object
    #[arg(long, required = true)]
    json: bool,
    /// The Python files; with several, a line that names the file comes before each one's lines
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// Why a command did not succeed.
enum Failure {
    /// The command was not given what it needs; exit status 2.
    Misuse(String),
    /// It was tried and failed; exit status 1, with a line for stderr if there is more to say.
    Failed(Option<String>),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        // A reader that has seen enough, such as `head`, is no reason to complain.
        let quiet = error.kind() == io::ErrorKind::BrokenPipe;
        Self::Failed((!quiet).then(|| error.to_string()))
    }
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Dis(args) => run_dis(&args),
        Command::Compile(args) => run_compile(&args),
    };
    let (status, message) = match result {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::Misuse(message)) => (2, Some(message)),
        Err(Failure::Failed(message)) => (1, message),
    };
    if let Some(message) = message {
        // Nothing is left to do when even stderr is closed.
        let _ = writeln!(io::stderr(), "ouroscope: {message}");
    }
    ExitCode::from(status)
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| Failure::Misuse(format!("{}: {error}", file.display())))
}

fn run_dis(args: &DisArgs) -> Result<(), Failure> {
    let source = read(&args.file)?;
    let filename = args.file.to_string_lossy();
    let compiled = compiler::compile(&source, &CompileOptions::exec(&*filename))
        .map_err(|error| Failure::Failed(Some(format!("{filename}: {error}"))))?;
    let options = DisOptions {
        show_caches: args.show_caches,
        show_offsets: args.show_offsets,
        address_of: &|code| std::ptr::from_ref(code).addr() as u64,
    };
    let mut text = String::new();
    dis(&mut text, &compiled.code, &options).expect("writing to a string does not fail");
    Ok(io::stdout().lock().write_all(text.as_bytes())?)
}

fn run_compile(args: &CompileArgs) -> Result<(), Failure> {
    let CompileArgs { json: _, files } = args;
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut failed = false;
    for file in files {
        let source = read(file)?;
        if files.len() > 1 {
            json::write_file_name(&mut out, &file.to_string_lossy())?;
        }
        match compiler::compile(&source, &CompileOptions::exec("FILE")) {
            Ok(compiled) => json::write_code(&mut out, &compiled.code)?,
            Err(error) => {
                failed = true;
                json::write_error(&mut out, &error)?;
            }
        }
    }
    out.flush()?;
    if failed {
        return Err(Failure::Failed(None));
    }
    Ok(())
}
