//! Simulated addresses: pymalloc's arenas, pools, blocks and free lists.
