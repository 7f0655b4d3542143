//! Answers drawn from a recording: histories, cycles, hot lines.
