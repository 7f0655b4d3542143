//! The one test binary: each module asks one part of the crate many questions.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod architecture;
mod base_layer;
mod compile;
mod compile_stages;
mod export;
mod invariants;
mod lessons;
mod recording;
mod run;
mod syntax;
