//! The figures that `sys._debugmallocstats()` prints, and their text.
//!
//! Mirrors `_PyObject_DebugMallocStats` in `Objects/obmalloc.c`.

use std::fmt::Write;

use super::obmalloc::{
    ARENA_SIZE, NB_SMALL_SIZE_CLASSES, Obmalloc, POOL_OVERHEAD, POOL_SIZE, SMALL_REQUEST_THRESHOLD,
    class_size, num_blocks,
};

const MAP_ROOT_BYTES: usize = 262_144;
const MAP_MID_BYTES: usize = 262_144;
const MAP_BOT_BYTES: usize = 131_072;

/// What one size class holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ClassStats {
    pub num_pools: usize,
    pub blocks_in_use: usize,
    pub avail_blocks: usize,
}

/// All figures of one moment.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Stats {
    pub classes: [ClassStats; NB_SMALL_SIZE_CLASSES],
    pub arenas_allocated_total: usize,
    pub arenas_highwater: usize,
    pub arenas_current: usize,
    pub allocated_bytes: usize,
    pub available_bytes: usize,
    pub unused_pools: usize,
    pub pool_header_bytes: usize,
    pub quantization: usize,
    pub arena_alignment: usize,
    pub map_mid_nodes: usize,
    pub map_bot_nodes: usize,
}

impl Stats {
    /// Counts what the allocator holds now.
    pub fn of(obmalloc: &Obmalloc) -> Self {
        let counts = obmalloc.arena_counts();
        let mut stats = Self {
            arenas_allocated_total: counts.ntimes_arena_allocated,
            arenas_highwater: counts.narenas_highwater,
            arenas_current: counts.narenas_currently_allocated,
            map_mid_nodes: counts.map_mid_nodes,
            map_bot_nodes: counts.map_bot_nodes,
            ..Self::default()
        };
        for arena in obmalloc.arenas() {
            stats.unused_pools += arena.nfreepools as usize;
            stats.arena_alignment +=
                (ARENA_SIZE - u64::from(arena.ntotalpools) * POOL_SIZE) as usize;
        }
        for pool in obmalloc.pools() {
            let Some(szidx) = pool.szidx.filter(|_| pool.ref_count > 0) else {
                continue;
            };
            let class = &mut stats.classes[usize::from(szidx)];
            let in_use = usize::from(pool.ref_count);
            let avail = num_blocks(szidx) - in_use;
            class.num_pools += 1;
            class.blocks_in_use += in_use;
            class.avail_blocks += avail;
            stats.allocated_bytes += in_use * class_size(szidx);
            stats.available_bytes += avail * class_size(szidx);
            stats.pool_header_bytes += POOL_OVERHEAD as usize;
            stats.quantization += (POOL_SIZE - POOL_OVERHEAD) as usize % class_size(szidx);
        }
        stats
    }

    /// The text that `sys._debugmallocstats()` prints about pymalloc, free lists excluded.
    pub fn write(&self, out: &mut String) {
        self.write_classes(out);
        self.write_arenas(out);
        self.write_bytes(out);
        self.write_map(out);
    }

    fn write_classes(&self, out: &mut String) {
        line(
            out,
            &format!(
                "Small block threshold = {SMALL_REQUEST_THRESHOLD}, in {NB_SMALL_SIZE_CLASSES} size classes."
            ),
        );
        line(out, "");
        line(
            out,
            "class   size   num pools   blocks in use  avail blocks",
        );
        line(
            out,
            "-----   ----   ---------   -------------  ------------",
        );
        for (szidx, class) in self.classes.iter().enumerate() {
            if class.num_pools > 0 {
                line(
                    out,
                    &format!(
                        "{szidx:5} {:6} {:11} {:15} {:13}",
                        class_size(szidx as u8),
                        class.num_pools,
                        class.blocks_in_use,
                        class.avail_blocks
                    ),
                );
            }
        }
        line(out, "");
    }

    fn write_arenas(&self, out: &mut String) {
        figure(out, "# arenas allocated total", self.arenas_allocated_total);
        figure(
            out,
            "# arenas reclaimed",
            self.arenas_allocated_total - self.arenas_current,
        );
        figure(out, "# arenas highwater mark", self.arenas_highwater);
        figure(out, "# arenas allocated current", self.arenas_current);
        figure(
            out,
            &format!("{} arenas * {ARENA_SIZE} bytes/arena", self.arenas_current),
            self.arenas_current * ARENA_SIZE as usize,
        );
        line(out, "");
    }

    fn write_bytes(&self, out: &mut String) {
        let unused_bytes = self.unused_pools * POOL_SIZE as usize;
        let figures = [
            ("# bytes in allocated blocks", self.allocated_bytes),
            ("# bytes in available blocks", self.available_bytes),
            (
                &format!("{} unused pools * {POOL_SIZE} bytes", self.unused_pools),
                unused_bytes,
            ),
            ("# bytes lost to pool headers", self.pool_header_bytes),
            ("# bytes lost to quantization", self.quantization),
            ("# bytes lost to arena alignment", self.arena_alignment),
        ];
        figures_and_total(out, &figures);
        line(out, "");
    }

    fn write_map(&self, out: &mut String) {
        line(out, "arena map counts");
        figure(out, "# arena map mid nodes", self.map_mid_nodes);
        figure(out, "# arena map bot nodes", self.map_bot_nodes);
        line(out, "");
        let figures = [
            ("# bytes lost to arena map root", MAP_ROOT_BYTES),
            (
                "# bytes lost to arena map mid",
                self.map_mid_nodes * MAP_MID_BYTES,
            ),
            (
                "# bytes lost to arena map bot",
                self.map_bot_nodes * MAP_BOT_BYTES,
            ),
        ];
        figures_and_total(out, &figures);
        line(out, "");
    }
}

/// One line about a free list, as `_PyDebugAllocatorStats` prints it.
pub fn write_free_list(out: &mut String, name: &str, kept: usize, size: usize) {
    let label = format!("{kept} {name}s * {size} bytes each");
    line(out, &format!("{label:>48} = {:>20}", commas(kept * size)));
}

fn figures_and_total(out: &mut String, figures: &[(&str, usize)]) {
    for &(label, value) in figures {
        figure(out, label, value);
    }
    figure(out, "Total", figures.iter().map(|&(_, value)| value).sum());
}

/// `printone`: the label in 35 columns, the value in 21.
fn figure(out: &mut String, label: &str, value: usize) {
    line(out, &format!("{label:<35}={:>21}", commas(value)));
}

fn line(out: &mut String, text: &str) {
    writeln!(out, "{text}").expect("writing to a String never fails");
}

/// A number with a comma after each three digits.
fn commas(value: usize) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
