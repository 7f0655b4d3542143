//! The lessons that come with the program: each one runs to its end and
//! reaches its stops in their order, and the start page lists it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ouroscope::base::Moment;
use ouroscope::session::{EMBEDDED_STDLIB, Outcome, Session, SessionOptions};
use ouroscope::trace::{Recording, find_moment};
use ouroscope::views::lesson::Lesson;

#[test]
fn every_lesson_runs_and_reaches_its_stops_in_order() {
    for folder in folders() {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let (outcome, recording) = run(&folder);
        assert_eq!(outcome.status, 0, "{name}");
        assert_eq!(outcome.stopped, None, "{name}");
        let lesson = Lesson::parse(&fs::read_to_string(folder.join("lesson.md")).unwrap());
        assert!(!lesson.title.is_empty(), "{name} has no title");
        assert!(!lesson.summary.is_empty(), "{name} has no summary");
        assert!(lesson.stops.len() > 1, "{name} has no stops");
        let mut last = Moment(0);
        for stop in &lesson.stops {
            let what = format!("{name}, {}", stop.title);
            assert!(!stop.text.is_empty(), "{what} says nothing");
            assert_eq!(stop.ask.is_some(), stop.answer.is_some(), "{what}");
            let Some(at) = &stop.at else { continue };
            let moment = find_moment(&recording, at).unwrap_or_else(|e| panic!("{what}: {e}"));
            assert!(moment >= last, "{what}: {at} comes before the last stop");
            last = moment;
        }
    }
}

#[test]
fn every_lesson_is_on_the_start_page() {
    let list = fs::read_to_string(root().join("src/app/lessons.rs")).unwrap();
    for folder in folders() {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let row = format!("\n    \"{name}\"\n");
        assert!(
            list.contains(&row),
            "src/app/lessons.rs does not list {name}"
        );
    }
}

fn run(folder: &Path) -> (Outcome, Arc<Recording>) {
    let session = Session::start(SessionOptions {
        program: "program.py".to_owned(),
        source: fs::read(folder.join("program.py")).unwrap(),
        path: vec![EMBEDDED_STDLIB.to_owned()],
        ..SessionOptions::default()
    })
    .unwrap();
    let recording = Arc::clone(session.recording());
    (session.join().unwrap(), recording)
}

fn folders() -> Vec<PathBuf> {
    let mut folders: Vec<_> = fs::read_dir(root().join("assets/lessons"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
