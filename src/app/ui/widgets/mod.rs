//! Small parts that panels are made of: links to things, tables that draw only what is visible,
//! headings, and what to say where there is nothing to show.

mod icons;
mod links;
mod rows;
mod text;

pub use icons::{Icon, icon_button, paint as paint_icon};
pub use links::{frame_link, line_link, link, moment_link, object_link, thread_link};
pub use rows::{Cell, VirtualRows, clipped, row_painter};
pub use text::{badge, empty, fact, hint, section, status_word};
