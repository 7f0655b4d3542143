//! The words in which the machine reports facts.
