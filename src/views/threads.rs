//! What each thread does, in words; locks, and who waits for whom.

use super::look::Look;
use crate::base::{ObjId, TextId, ThreadId};
use crate::events::{SlotKind, WaitReason};
use crate::trace::{FramePlace, ThreadStatus};

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

/// A circle of waiting threads in a sentence; `None` when there is none.
pub fn deadlock_words(look: Look<'_>, circle: &[ThreadId]) -> Option<String> {
    let steps: Vec<String> = circle
        .iter()
        .enumerate()
        .map(|(index, &thread)| {
            let next = circle[(index + 1) % circle.len()];
            format!(
                "{} waits for a lock that {} holds",
                look.thread_name(thread),
                look.thread_name(next)
            )
        })
        .collect();
    (!steps.is_empty()).then(|| format!("Deadlock: {}", steps.join(", ")))
}

/// How deep the holders of a lock are followed to name it.
const DEEPEST_OWNER: usize = 3;

/// A lock by what holds it, such as `left_lock` or `mutex of <Queue>`.
pub fn lock_name(look: Look<'_>, lock: ObjId) -> String {
    let mut path: Vec<String> = Vec::new();
    let mut target = lock;
    for _ in 0..DEEPEST_OWNER {
        let Some((owner, name)) = holder_of(look, target) else {
            break;
        };
        path.push(name);
        let Some(owner) = owner else {
            return path.join(" of ");
        };
        target = owner;
    }
    if path.is_empty() {
        return look.short(lock, 40);
    }
    format!("{} of {}", path.join(" of "), look.short(target, 24))
}

/// What holds an object under a name: a variable of the program (no owner), or an attribute.
fn holder_of(look: Look<'_>, target: ObjId) -> Option<(Option<ObjId>, String)> {
    for thread in &look.state.threads {
        for frame in look.state.stack(thread.id) {
            let of_program = look
                .code(frame.code)
                .is_some_and(|code| look.names.is_program_file(&code.co_filename));
            if !of_program {
                continue;
            }
            let local = frame.references().find_map(|(place, object)| match place {
                FramePlace::Local(index) if object == target => {
                    let name = look.local_name(frame, index as usize);
                    (!name.starts_with("stack[")).then_some(name)
                }
                _ => None,
            });
            if let Some(name) = local {
                return Some((None, name));
            }
        }
    }
    for (owner, object) in look.state.objects() {
        for (slot, held) in object.slots.iter() {
            if held != target {
                continue;
            }
            match slot.kind {
                SlotKind::Attr => {
                    let name = look.text(TextId(slot.key)).to_owned();
                    return Some((Some(owner), name));
                }
                SlotKind::DictValue => {
                    let key = object.slots.entries().get(slot.key as usize)?.key;
                    let name = look.atom(key)?.trim_matches('\'').to_owned();
                    let of_instance = look.state.objects().find(|(_, other)| {
                        other
                            .slots
                            .iter()
                            .any(|(slot, held)| held == owner && slot.kind == SlotKind::Member)
                    });
                    let owner = of_instance
                        .map(|(id, _)| id)
                        .filter(|&id| look.type_name(id) != "module");
                    return Some((owner, name));
                }
                _ => {}
            }
        }
    }
    None
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
