//! The window: shared state, commands, panels, widgets, theme.
