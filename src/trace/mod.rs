//! The recording: an append-only event stream, and the state at any moment of it.
