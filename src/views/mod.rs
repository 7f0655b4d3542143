//! Rows, nodes and shapes ready to paint; no egui.
