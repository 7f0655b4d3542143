//! Walks through the recording ahead of the window, so that every seek finds a keyframe nearby.
//!
//! The players of one recording share the keyframes that each leaves behind as it goes forwards.
//! This one goes from the beginning to the end on a thread of its own, also while the program
//! still runs; the window shows only moments that it has passed, and so never waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::base::Moment;
use crate::trace::{Player, Recording};

/// Events walked at a time, between looks at whether the window still wants it.
const STRIDE: u64 = 1 << 16;
/// How long to wait for the program to record more.
const PAUSE: Duration = Duration::from_millis(2);

/// A walk in progress.
#[derive(Debug)]
pub struct Walker {
    walked: Arc<AtomicU64>,
    done: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
}

impl Walker {
    /// Sets out.
    pub fn start(recording: Arc<Recording>) -> Self {
        let walker = Self {
            walked: Arc::default(),
            done: Arc::default(),
            stop: Arc::default(),
        };
        let (walked, done, stop) = (
            Arc::clone(&walker.walked),
            Arc::clone(&walker.done),
            Arc::clone(&walker.stop),
        );
        std::thread::spawn(move || {
            walk(recording, &walked, &stop);
            done.store(true, Ordering::Release);
        });
        walker
    }

    /// The moment up to which seeking is cheap.
    pub fn walked(&self) -> Moment {
        Moment(self.walked.load(Ordering::Acquire))
    }

    /// Whether the end was reached, or the recording could not be read on.
    pub fn is_done(&self) -> bool {
        self.done.load(Ordering::Acquire)
    }
}

impl Drop for Walker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn walk(recording: Arc<Recording>, walked: &AtomicU64, stop: &AtomicBool) {
    let mut player = Player::new(Arc::clone(&recording));
    while !stop.load(Ordering::Relaxed) {
        let complete = recording.is_complete();
        let here = player.moment();
        let target = Moment((here.0 + STRIDE).min(recording.len()));
        if target == here {
            if complete {
                return;
            }
            std::thread::sleep(PAUSE);
            continue;
        }
        // Damage is reported by the window, which finds it at the same place.
        if player.seek(target).is_err() {
            return;
        }
        walked.store(player.moment().0, Ordering::Release);
    }
}
