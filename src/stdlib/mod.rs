//! Native modules: one file per module.
