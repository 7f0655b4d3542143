//! What each thread does, in words; locks, and who waits for whom.

use super::look::Look;
use crate::base::{ObjId, ThreadId};
use crate::events::WaitReason;
use crate::trace::ThreadStatus;

/// A lock that is held.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LockRow {
    pub lock: ObjId,
    pub text: String,
    pub holder: ThreadId,
    pub waiting: Vec<ThreadId>,
}

/// A thread's state in a few words.
pub fn status_words(look: Look<'_>, status: ThreadStatus) -> String {
    match status {
        ThreadStatus::Running => "has the GIL".to_owned(),
        ThreadStatus::Ready => "ready".to_owned(),
        ThreadStatus::Waiting { requests: 0 } => "waits for the GIL".to_owned(),
        ThreadStatus::Waiting { .. } => "asked for the GIL, still waits".to_owned(),
        ThreadStatus::Blocked { reason, object } => match reason {
            WaitReason::Lock if object.is_null() => "blocked on a lock".to_owned(),
            WaitReason::Lock => format!("blocked on {}", look.short(object, 30)),
            WaitReason::Sleep => "sleeps".to_owned(),
            WaitReason::Io => "waits for input or output".to_owned(),
            WaitReason::Join => "waits for another thread to end".to_owned(),
        },
        ThreadStatus::Ended => "ended".to_owned(),
    }
}

/// The GIL at this moment, in a sentence or two.
pub fn gil_words(look: Look<'_>) -> String {
    let gil = look.state.gil;
    let name = |id| look.thread_name(id);
    let waiting: Vec<String> = look
        .state
        .threads
        .iter()
        .filter(|thread| matches!(thread.status, ThreadStatus::Waiting { .. }))
        .map(|thread| name(thread.id))
        .collect();
    let interval = f64::from(gil.interval_micros) / 1000.0;
    let holder = match gil.holder {
        Some(holder) => format!("{} holds the GIL", name(holder)),
        None => "Nobody holds the GIL".to_owned(),
    };
    let rest = match (gil.drop_request, gil.holder) {
        (Some(asker), Some(holder)) => format!(
            "; {} waited one switch interval ({interval} ms) and asked for it. {} lets go at its next check of the eval breaker.",
            name(asker),
            name(holder)
        ),
        _ if !waiting.is_empty() => format!(
            "; {} {} for it and will ask after one switch interval ({interval} ms).",
            waiting.join(" and "),
            if waiting.len() == 1 { "waits" } else { "wait" }
        ),
        _ => "; no thread waits for it.".to_owned(),
    };
    holder + &rest
}

/// The locks that are held.
pub fn locks(look: Look<'_>) -> Vec<LockRow> {
    look.state
        .locks
        .iter()
        .map(|&(lock, holder)| LockRow {
            lock,
            text: look.short(lock, 60),
            holder,
            waiting: look
                .state
                .threads
                .iter()
                .filter(|thread| {
                    matches!(thread.status, ThreadStatus::Blocked { reason: WaitReason::Lock, object } if object == lock)
                })
                .map(|thread| thread.id)
                .collect(),
        })
        .collect()
}

/// A circle of threads each of which waits for a lock that the next one holds.
///
/// A thread that waits for a lock it took itself is one only when no other thread can run: a
/// plain lock may be released by any thread, and programs wait for each other that way.
pub fn deadlock(look: Look<'_>) -> Option<Vec<ThreadId>> {
    let waits_for = |thread: ThreadId| -> Option<ThreadId> {
        let ThreadStatus::Blocked {
            reason: WaitReason::Lock,
            object,
        } = look.state.thread(thread)?.status
        else {
            return None;
        };
        let &(_, holder) = look
            .state
            .locks
            .iter()
            .find(|&&(lock, _)| lock == object && !lock.is_null())?;
        Some(holder)
    };
    let another_can_run = look.state.threads.iter().any(|thread| {
        !matches!(
            thread.status,
            ThreadStatus::Ended
                | ThreadStatus::Blocked {
                    reason: WaitReason::Lock,
                    ..
                }
        )
    });
    for thread in &look.state.threads {
        let mut path = vec![thread.id];
        while let Some(next) = path.last().and_then(|&last| waits_for(last)) {
            if let Some(start) = path.iter().position(|&seen| seen == next) {
                let circle = path.split_off(start);
                if circle.len() > 1 || !another_can_run {
                    return Some(circle);
                }
                break;
            }
            path.push(next);
        }
    }
    None
}
