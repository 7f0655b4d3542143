//! Plans the places of the object graph on a thread of its own, so that the window never waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use crate::trace::Recording;
use crate::views::graph_layout::Plan;
use crate::views::graph_plan::plan;
use crate::views::objects::Filter;

/// A plan in the making; given up when dropped.
#[derive(Debug)]
pub struct PlanRun {
    stop: Arc<AtomicBool>,
    result: Receiver<Option<Plan>>,
}

impl PlanRun {
    /// Begins; `ctx` is woken when the plan is there.
    pub fn start(recording: Arc<Recording>, filter: Filter, ctx: egui::Context) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (sender, result) = channel();
        let stopped = Arc::clone(&stop);
        std::thread::spawn(move || {
            let found = plan(&recording, &filter, &stopped);
            // The panel may have gone: then nobody wants the plan.
            let _ = sender.send(found);
            ctx.request_repaint();
        });
        Self { stop, result }
    }

    /// The outcome: `None` while it is being made, then once the plan or why there is none.
    pub fn poll(&self) -> Option<Option<Plan>> {
        match self.result.try_recv() {
            Ok(found) => Some(found),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(None),
        }
    }
}

impl Drop for PlanRun {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
