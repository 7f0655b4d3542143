//! Rows, nodes and shapes ready to paint, and their layout; knows no egui.
//!
//! One file for each panel, and a few that several share: `look` (how things are called),
//! `format` (numbers as people read them), `search` (how typed words find things), `steps` (how
//! far one step goes).

pub mod bytecode;
pub mod collector;
pub mod console;
pub mod events;
pub mod find;
pub mod format;
pub mod frames;
pub mod graph;
pub mod graph_emphasis;
pub mod graph_layout;
pub mod graph_plan;
pub mod graph_route;
pub mod heap_map;
pub mod inspector;
pub mod lesson;
pub mod look;
pub mod memory;
pub mod mro;
pub mod objects;
pub mod pipeline;
pub mod place;
#[cfg(test)]
pub mod sample;
pub mod search;
pub mod source;
pub mod steps;
pub mod threads;
pub mod time_axis;
pub mod timeline;
pub mod waits;
