//! Looks through a whole recording, as the Objects panel would show it, and plans where every
//! object stands.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::graph_layout::{Plan, Planner};
use super::look::{Look, Names};
use super::objects::{Filter, build};
use crate::base::Moment;
use crate::events::{CodeId, Event, FrameId};
use crate::trace::{Player, Recording, RecordingError, Search};

/// Pictures that a plan is made of at most.
const MOST_PICTURES: usize = 240;

/// The plan of a complete recording; `None` when `stop` was set or the recording is damaged.
pub fn plan(recording: &Arc<Recording>, filter: &Filter, stop: &AtomicBool) -> Option<Plan> {
    let mut names = Names::default();
    names.update(recording);
    let moments = moments_of_program(recording, &mut names).ok()?;
    let mut player = Player::new(Arc::clone(recording));
    let mut planner = Planner::default();
    for moment in moments {
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        let state = player.seek(moment).ok()?;
        let look = Look {
            recording,
            names: &names,
            state,
        };
        let (items, links) = build(look, filter).items();
        planner.take(&items, &links);
    }
    Some(planner.finish())
}

/// Moments at which the program's own code reaches a line, enters a phase of the collector or is
/// over; evenly spread when there are very many.
fn moments_of_program(
    recording: &Recording,
    names: &mut Names,
) -> Result<Vec<Moment>, RecordingError> {
    let mut own: HashMap<CodeId, bool> = HashMap::new();
    let mut frames: HashSet<FrameId> = HashSet::new();
    let mut moments = Vec::new();
    let mut ready = None;
    let mut end = recording.last_moment();
    let kinds = Search::kinds(&["Ready", "FramePush", "Line", "GcPhase", "Finalizing"]);
    kinds.each(recording, 0..u64::MAX, |moment, event| {
        match *event {
            Event::Ready => ready = Some(Moment(moment.0 + 1)),
            Event::FramePush { frame, code, .. } => {
                let is_own = *own.entry(code).or_insert_with(|| {
                    names
                        .code(code)
                        .is_some_and(|code| names.is_program_file(&code.co_filename))
                });
                if is_own {
                    frames.insert(frame);
                }
            }
            Event::Line { frame, .. } if frames.contains(&frame) => moments.push(moment),
            Event::GcPhase { .. } if ready.is_some() => moments.push(moment),
            Event::Finalizing => {
                end = moment;
                return ControlFlow::Break(());
            }
            _ => {}
        }
        ControlFlow::Continue(())
    })?;
    names.ready = ready.unwrap_or_default();
    let stride = moments.len().div_ceil(MOST_PICTURES).max(1);
    let mut chosen: Vec<Moment> = moments.into_iter().step_by(stride).collect();
    chosen.push(end);
    Ok(chosen)
}
