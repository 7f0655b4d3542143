//! The whole way from source or tree to a code object, with every stage kept when asked for.
//!
//! Mirrors `_PyAST_Compile` of `Python/compile.c`. All stages walk the tree recursively, so they
//! run on a thread with a stack of its own that fits CPython's limit on the depth of a tree.

use std::sync::Arc;

use super::ast_opt::{self, FoldOptions, Folding};
use super::codegen::{self, CodegenOptions, UnitStages};
use super::future::{FutureFeatures, future_from_ast};
use super::interned::{SourceText, Startup};
use super::symtable::{self, SymbolTable};
use crate::bytecode::CodeObject;
use crate::bytecode::code::flags;
use crate::syntax::ast::Mod;
use crate::syntax::error::{SyntaxError, Warning};
use crate::syntax::{self, Mode};

/// Enough for trees as deep as CPython accepts; memory is used only as far as it is touched.
const STACK_SIZE: usize = 1 << 29;

/// The flags that code compiled at run time inherits from its caller (`PyCF_MASK`).
pub const PYCF_MASK: u32 = flags::CO_FUTURE_DIVISION
    | flags::CO_FUTURE_ABSOLUTE_IMPORT
    | flags::CO_FUTURE_WITH_STATEMENT
    | flags::CO_FUTURE_PRINT_FUNCTION
    | flags::CO_FUTURE_UNICODE_LITERALS
    | flags::CO_FUTURE_BARRY_AS_BDFL
    | flags::CO_FUTURE_GENERATOR_STOP
    | flags::CO_FUTURE_ANNOTATIONS;

/// The arguments of `compile`, beside the source.
#[derive(Clone, Debug)]
pub struct CompileOptions {
    pub filename: Arc<str>,
    pub mode: Mode,
    /// As `-O` (1) and `-OO` (2).
    pub optimize: u8,
    /// `CO_FUTURE_…` bits that the source gets beside its own future statements.
    pub future_flags: u32,
    /// `PyCF_ALLOW_TOP_LEVEL_AWAIT`.
    pub top_level_await: bool,
    /// What the interpreter did before; decides the order of some constant sets.
    pub startup: Startup,
}

impl CompileOptions {
    /// A file run as a program.
    pub fn exec(filename: impl Into<Arc<str>>) -> Self {
        Self {
            filename: filename.into(),
            mode: Mode::Exec,
            optimize: 0,
            future_flags: 0,
            top_level_await: false,
            startup: Startup::Program,
        }
    }
}

/// A code object, and what the compiler warned about.
#[derive(Clone, Debug)]
pub struct Compiled {
    pub code: Arc<CodeObject>,
    pub warnings: Vec<Warning>,
}

/// Every stage on the way to a code object.
#[derive(Debug)]
pub struct Stages {
    /// As the parser made it.
    pub ast: Mod,
    /// After constant folding.
    pub optimized_ast: Mod,
    /// What the optimizer of the tree did, and where.
    pub foldings: Vec<Folding>,
    pub symtable: SymbolTable,
    /// Instructions and flow graphs of each scope, inner scopes before outer ones.
    pub units: Vec<UnitStages>,
    pub compiled: Compiled,
}

/// Compiles the bytes of a source file.
pub fn compile(source: &[u8], options: &CompileOptions) -> Result<Compiled, SyntaxError> {
    on_big_stack(|| {
        let (module, warnings) = syntax::parse(source, options.mode)?;
        compile_module(module, warnings, SourceText::Bytes(source), options)
    })
}

/// Compiles text that is decoded already, as `compile` does with a `str`.
pub fn compile_str(source: &str, options: &CompileOptions) -> Result<Compiled, SyntaxError> {
    on_big_stack(|| {
        let (module, warnings) = syntax::parse_str(source, options.mode)?;
        compile_module(module, warnings, SourceText::Text(source), options)
    })
}

/// Parses the bytes of a source file to a tree, with its constants folded when `optimized`.
pub fn parse(
    source: &[u8],
    options: &CompileOptions,
    optimized: bool,
) -> Result<(Mod, Vec<Warning>), SyntaxError> {
    let parsed = on_big_stack(|| syntax::parse(source, options.mode));
    finish_tree(parsed, options, optimized)
}

/// As [`parse`] for text that is decoded already.
pub fn parse_str(
    source: &str,
    options: &CompileOptions,
    optimized: bool,
) -> Result<(Mod, Vec<Warning>), SyntaxError> {
    let parsed = on_big_stack(|| syntax::parse_str(source, options.mode));
    finish_tree(parsed, options, optimized)
}

fn finish_tree(
    parsed: Result<(Mod, Vec<Warning>), SyntaxError>,
    options: &CompileOptions,
    optimized: bool,
) -> Result<(Mod, Vec<Warning>), SyntaxError> {
    let (module, warnings) = parsed?;
    let module = if optimized {
        optimize_tree(module, options)?
    } else {
        module
    };
    Ok((module, warnings))
}

/// Folds the constants of a tree (`PyCF_OPTIMIZED_AST`).
pub fn optimize_tree(mut module: Mod, options: &CompileOptions) -> Result<Mod, SyntaxError> {
    on_big_stack(|| {
        let future = future_features(&module, options)?;
        ast_opt::optimize(&mut module, fold_options(options, &future))?;
        Ok(module)
    })
}

/// Compiles a tree.
pub fn compile_ast(module: Mod, options: &CompileOptions) -> Result<Compiled, SyntaxError> {
    on_big_stack(|| compile_module(module, Vec::new(), SourceText::Unknown, options))
}

/// Compiles the bytes of a source file and keeps every stage.
pub fn compile_with_stages(source: &[u8], options: &CompileOptions) -> Result<Stages, SyntaxError> {
    on_big_stack(|| {
        let (ast, mut warnings) = syntax::parse(source, options.mode)?;
        let mut module = ast.clone();
        let future = future_features(&module, options)?;
        let foldings = ast_opt::optimize(&mut module, fold_options(options, &future))?;
        let symtable = symtable::build(&module, &future)?;
        let mut units = Vec::new();
        let generated = codegen::generate(
            &module,
            symtable.clone(),
            codegen_options(options, future),
            SourceText::Bytes(source),
            Some(&mut units),
        )?;
        warnings.extend(generated.warnings);
        Ok(Stages {
            ast,
            optimized_ast: module,
            foldings,
            symtable,
            units,
            compiled: Compiled {
                code: generated.code,
                warnings,
            },
        })
    })
}

/// Makes the symbol table of a source, as `symtable.symtable` does.
pub fn symbol_table(source: &str, options: &CompileOptions) -> Result<SymbolTable, SyntaxError> {
    on_big_stack(|| {
        let (module, _) = syntax::parse_str(source, options.mode)?;
        let future = future_features(&module, options)?;
        symtable::build(&module, &future)
    })
}

fn compile_module(
    mut module: Mod,
    mut warnings: Vec<Warning>,
    source: SourceText<'_>,
    options: &CompileOptions,
) -> Result<Compiled, SyntaxError> {
    let future = future_features(&module, options)?;
    ast_opt::optimize(&mut module, fold_options(options, &future))?;
    let symtable = symtable::build(&module, &future)?;
    let generated = codegen::generate(
        &module,
        symtable,
        codegen_options(options, future),
        source,
        None,
    )?;
    warnings.extend(generated.warnings);
    Ok(Compiled {
        code: generated.code,
        warnings,
    })
}

fn future_features(module: &Mod, options: &CompileOptions) -> Result<FutureFeatures, SyntaxError> {
    let mut future = future_from_ast(module)?;
    future.ff_features |= options.future_flags & PYCF_MASK;
    future.top_level_await = options.top_level_await;
    Ok(future)
}

const fn fold_options(options: &CompileOptions, future: &FutureFeatures) -> FoldOptions {
    FoldOptions {
        optimize: options.optimize,
        future_annotations: future.annotations(),
    }
}

fn codegen_options(options: &CompileOptions, future: FutureFeatures) -> CodegenOptions {
    CodegenOptions {
        filename: Arc::clone(&options.filename),
        optimize: options.optimize,
        inherited_flags: future.ff_features,
        startup: options.startup,
        future,
    }
}

/// Runs a recursive walk where it cannot overflow the stack.
fn on_big_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new()
            .name("compiler".to_owned())
            .stack_size(STACK_SIZE)
            .spawn_scoped(scope, work)
            .expect("the system can start a thread");
        match worker.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
