//! Source in, recording out: runs a program within budgets; no window.
