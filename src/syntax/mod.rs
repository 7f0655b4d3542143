//! Source text to tokens to AST, with CPython's positions and error messages.
