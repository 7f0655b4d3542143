//! Pictures of every panel, drawn without a display.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ouroscope::app::Options;
use ouroscope::app::offscreen::{Offscreen, line_moments};
use ouroscope::app::ui::panels::PanelKind;
use ouroscope::base::Moment;
use ouroscope::session::{EMBEDDED_STDLIB, Session, SessionOptions, Sink};
use ouroscope::trace;

use super::PROGRAM;

/// A recording in a file.
fn recorded(name: &str) -> PathBuf {
    let folder =
        std::env::temp_dir().join(format!("ouroscope-pictures-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("run.mcap");
    let session = Session::start(SessionOptions {
        program: "program.py".to_owned(),
        source: PROGRAM.as_bytes().to_vec(),
        path: vec![EMBEDDED_STDLIB.to_owned()],
        sink: Sink::File(path.clone()),
        ..SessionOptions::default()
    })
    .unwrap();
    assert_eq!(session.join().unwrap().status, 0);
    path
}

fn options(path: &Path) -> Options {
    Options {
        file: Some(path.to_path_buf()),
        at: Some("line:10".to_owned()),
        select: Some("left".to_owned()),
        ..Options::default()
    }
}

#[test]
fn every_panel_is_drawn_the_same_twice_and_as_svg() {
    let path = recorded("panels");
    // A lesson is shown only where one is open.
    let panels = PanelKind::ALL
        .into_iter()
        .filter(|kind| *kind != PanelKind::Lesson);
    for kind in panels {
        let draw = || Offscreen::new(options(&path), Some(kind), [500.0, 400.0], 1.0);
        let first = draw().picture();
        let background = first.pixels[0];
        let inked = first.pixels.iter().filter(|p| **p != background).count();
        assert!(inked > 500, "{kind:?} shows {inked} pixels");
        assert!(first == draw().picture(), "{kind:?} is not the same twice");
        let svg = draw().drawing();
        assert!(svg.matches("<text").count() > 0, "{kind:?}");
        assert_eq!(svg.matches("<g").count(), svg.matches("</g>").count());
    }
}

#[test]
fn a_film_has_a_picture_for_each_line() {
    let path = recorded("film");
    let recording = Arc::new(trace::open(&path).unwrap());
    let moments = line_moments(&recording, Moment(0), recording.last_moment(), 100).unwrap();
    // Each line of the module once, the class body, and two calls.
    assert_eq!(moments.len(), 6 + 2 + 2 * 3, "{moments:?}");
    let few = line_moments(&recording, Moment(0), recording.last_moment(), 3).unwrap();
    assert_eq!(few, [moments[0], moments[6], moments[13]]);
    let mut window = Offscreen::new(
        options(&path),
        Some(PanelKind::Objects),
        [320.0, 240.0],
        2.0,
    );
    let mut film = Vec::new();
    window
        .animation(&few, Duration::from_millis(100), &mut film)
        .unwrap();
    let mut frames = gif::DecodeOptions::new()
        .read_info(film.as_slice())
        .unwrap();
    assert_eq!((frames.width(), frames.height()), (640, 480));
    let mut count = 0;
    while frames.read_next_frame().unwrap().is_some() {
        count += 1;
    }
    assert_eq!(count, 3);
}
