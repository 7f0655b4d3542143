//! Everything that is drawn: the theme, the small parts, the panels, and the bars around them.

pub mod fonts;
pub mod help;
pub mod palette;
pub mod panels;
pub mod path_dialog;
pub mod presenter;
pub mod search;
pub mod settings;
pub mod start_page;
pub mod theme;
pub mod timeline;
pub mod top_bar;
pub mod transport;
pub mod widgets;
