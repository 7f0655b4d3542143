//! Memory over the run, in as many points as a picture has columns, with the peak.

use std::ops::ControlFlow;

use crate::base::Moment;
use crate::events::Event;
use crate::trace::{Recording, RecordingError, Search};

/// The extremes of one column.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct MemoryPoint {
    /// The first moment of the column.
    pub moment: Moment,
    /// The most bytes in blocks handed out.
    pub bytes: u64,
    /// The most living objects.
    pub objects: u64,
}

/// Memory over a run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MemoryCurve {
    pub points: Vec<MemoryPoint>,
    /// Where most bytes were in use.
    pub peak: MemoryPoint,
}

/// Memory over the whole run in `columns` points.
pub fn memory_curve(recording: &Recording, columns: usize) -> Result<MemoryCurve, RecordingError> {
    let len = recording.len().max(1);
    let columns = (columns.max(1) as u64).min(len);
    let mut curve = MemoryCurve::default();
    let (mut bytes, mut objects) = (0u64, 0u64);
    let mut point = MemoryPoint::default();
    let mut column = 0;
    let kinds = Search::kinds(&["Alloc", "Free", "BlockAlloc", "BlockFree"]);
    kinds.each(recording, 0..u64::MAX, |moment, event| {
        let here = (u128::from(moment.0) * u128::from(columns) / u128::from(len)) as u64;
        while column < here {
            curve.points.push(point);
            column += 1;
            let first = (u128::from(column) * u128::from(len)).div_ceil(u128::from(columns)) as u64;
            point = MemoryPoint {
                moment: Moment(first),
                bytes,
                objects,
            };
        }
        match *event {
            Event::Alloc { .. } => objects += 1,
            Event::Free { .. } => objects = objects.saturating_sub(1),
            Event::BlockAlloc { size, .. } => bytes += u64::from(size),
            Event::BlockFree { size, .. } => bytes = bytes.saturating_sub(u64::from(size)),
            _ => {}
        }
        point.bytes = point.bytes.max(bytes);
        point.objects = point.objects.max(objects);
        if bytes > curve.peak.bytes {
            curve.peak = MemoryPoint {
                moment: Moment(moment.0 + 1),
                bytes,
                objects,
            };
        }
        ControlFlow::<()>::Continue(())
    })?;
    while column < columns {
        curve.points.push(point);
        column += 1;
        let first = (u128::from(column) * u128::from(len)).div_ceil(u128::from(columns)) as u64;
        point = MemoryPoint {
            moment: Moment(first),
            bytes,
            objects,
        };
    }
    Ok(curve)
}
