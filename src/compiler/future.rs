//! The features that `from __future__ import …` turns on.
//!
//! Mirrors `Python/future.c`.

use crate::base::SourceLocation;
use crate::compiler::error::error_without_end;
use crate::syntax::ast::{Constant, ExprKind, Mod, Stmt, StmtKind};
use crate::syntax::error::SyntaxError;

/// `from __future__ import annotations`, as a bit of `co_flags`.
pub const CO_FUTURE_ANNOTATIONS: u32 = 0x100_0000;
/// `from __future__ import barry_as_FLUFL`, as a bit of `co_flags`.
pub const CO_FUTURE_BARRY_AS_BDFL: u32 = 0x40_0000;

/// What is turned on, and where the last such statement stands (`_PyFutureFeatures`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FutureFeatures {
    /// Bits of `co_flags`.
    pub ff_features: u32,
    /// Place of the last future statement.
    pub ff_location: SourceLocation,
    /// `PyCF_ALLOW_TOP_LEVEL_AWAIT` of the caller.
    pub top_level_await: bool,
}

impl FutureFeatures {
    /// Whether annotations become strings.
    pub const fn annotations(&self) -> bool {
        self.ff_features & CO_FUTURE_ANNOTATIONS != 0
    }
}

/// Features that are the default since long ago.
const ALWAYS_ON: [&str; 8] = [
    "nested_scopes",
    "generators",
    "division",
    "absolute_import",
    "with_statement",
    "print_function",
    "unicode_literals",
    "generator_stop",
];

/// Collects the future statements at the top of a module (`_PyFuture_FromAST`).
pub fn future_from_ast(module: &Mod) -> Result<FutureFeatures, SyntaxError> {
    let mut features = FutureFeatures {
        ff_features: 0,
        ff_location: SourceLocation::NONE,
        top_level_await: false,
    };
    let (Mod::Module { body } | Mod::Interactive { body }) = module else {
        return Ok(features);
    };
    for (at, stmt) in body.iter().enumerate() {
        match &stmt.kind {
            StmtKind::ImportFrom {
                module: Some(module),
                names,
                level: 0,
            } if &**module == "__future__" => {
                for alias in names {
                    check_feature(&mut features, &alias.name, stmt)?;
                }
                features.ff_location = stmt.loc;
            }
            // A docstring may stand before them.
            StmtKind::Expr { value }
                if at == 0
                    && matches!(
                        value.kind,
                        ExprKind::Constant {
                            value: Constant::Str(_),
                            ..
                        }
                    ) => {}
            _ => break,
        }
    }
    Ok(features)
}

fn check_feature(
    features: &mut FutureFeatures,
    name: &str,
    stmt: &Stmt,
) -> Result<(), SyntaxError> {
    match name {
        "annotations" => features.ff_features |= CO_FUTURE_ANNOTATIONS,
        "barry_as_FLUFL" => features.ff_features |= CO_FUTURE_BARRY_AS_BDFL,
        "braces" => return Err(error_without_end(stmt.loc, "not a chance")),
        name if ALWAYS_ON.contains(&name) => {}
        name => {
            let msg = format!("future feature {name} is not defined");
            return Err(error_without_end(stmt.loc, msg));
        }
    }
    Ok(())
}
