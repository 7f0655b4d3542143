//! Clicks through the window by the names that screen readers see; needs no display.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod panels;
mod pictures;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use ouroscope::app::Options;
use ouroscope::app::command::Command;
use ouroscope::app::layout::LayoutKind;
use ouroscope::app::notes::Mark;
use ouroscope::app::state::AppState;
use ouroscope::app::ui::theme::ThemeKind;
use ouroscope::app::window::Window;

const PROGRAM: &str = "\
class Node:
    def __init__(self, name):
        self.name = name
        self.other = None

left = Node('left')
right = Node('right')
left.other = right
right.other = left
print('linked')
";

type Shown = Harness<'static, Option<Window>>;

/// Opens the window on a program and waits until its run is over and drawn.
fn open(name: &str, layout: LayoutKind) -> Shown {
    open_program(name, PROGRAM, layout)
}

fn open_program(name: &str, program: &str, layout: LayoutKind) -> Shown {
    let path = write(name, "py", program);
    let mut shown = start(Options {
        file: Some(path),
        layout: Some(layout),
        ..Options::default()
    });
    wait(&mut shown);
    shown
}

/// Writes a file of this test's own.
fn write(name: &str, ending: &str, text: &str) -> PathBuf {
    let folder = folder(name);
    let path = folder.join(format!("{name}.{ending}"));
    std::fs::write(&path, text).unwrap();
    path
}

fn folder(name: &str) -> PathBuf {
    let folder =
        std::env::temp_dir().join(format!("ouroscope-window-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Waits until the run is over and drawn.
fn wait(shown: &mut Shown) {
    wait_for(shown, |app| !app.is_running() && app.last().0 > 0);
    shown.run_steps(6);
}

fn wait_for(shown: &mut Shown, done: impl Fn(&AppState) -> bool) {
    let end = Instant::now() + Duration::from_mins(2);
    shown.run_steps(2);
    while !done(app(shown)) {
        assert!(Instant::now() < end, "it takes too long");
        std::thread::sleep(Duration::from_millis(10));
        shown.run_steps(2);
    }
}

fn start(options: Options) -> Shown {
    start_sized(options, [1400.0, 900.0])
}

fn start_sized(options: Options, size: [f32; 2]) -> Shown {
    let mut options = Some(options);
    let mut shown = Harness::builder().with_size(size).build_ui_state(
        move |ui, window: &mut Option<Window>| {
            match window {
                Some(window) => window.frame_ui(ui),
                // New fonts are there from the next frame on.
                None => {
                    *window = Some(Window::new(
                        ui.ctx(),
                        None,
                        options.take().unwrap_or_default(),
                    ));
                }
            }
        },
        None,
    );
    shown.run_steps(3);
    shown
}

/// Asks the window for something that has no place on the screen in a test.
fn ask(shown: &mut Shown, command: Command) {
    shown.state_mut().as_mut().unwrap().send(command);
    shown.run_steps(4);
}

fn app(shown: &Shown) -> &AppState {
    shown.state().as_ref().unwrap().app()
}

fn click(shown: &mut Shown, label: &str) {
    shown.get_by_label(label).click();
    shown.run_steps(4);
}

fn press(shown: &mut Shown, modifiers: Modifiers, key: Key) {
    shown.key_press_modifiers(modifiers, key);
    shown.run_steps(4);
}

#[test]
fn the_start_page_offers_lessons_and_opens_one() {
    let mut shown = start(Options::default());
    click(&mut shown, "Reference cycles");
    assert_eq!(
        app(&shown).document.as_ref().unwrap().title,
        "Reference cycles"
    );
    shown.get_by_label("Timeline");
}

#[test]
fn the_transport_moves_through_time_in_both_directions() {
    let mut shown = open("transport", LayoutKind::Learn);
    let end = app(&shown).cursor;
    click(&mut shown, "Back");
    let back = app(&shown).cursor;
    assert!(back < end, "{back:?} is before {end:?}");
    click(&mut shown, "Forward");
    assert_eq!(
        app(&shown).cursor,
        end,
        "and forward again to the same place"
    );
    click(&mut shown, "First");
    assert_eq!(app(&shown).cursor, app(&shown).first());
    press(&mut shown, Modifiers::COMMAND, Key::Z);
    assert_eq!(app(&shown).cursor, end, "navigation is undone");
    press(&mut shown, Modifiers::NONE, Key::ArrowLeft);
    assert_eq!(
        app(&shown).cursor,
        back,
        "the key does what the button does"
    );
}

#[test]
fn a_variable_leads_to_its_object_and_escape_clears_it() {
    let mut shown = open("select", LayoutKind::Learn);
    click(&mut shown, "left = <Node>");
    let chosen = app(&shown).selected.object.unwrap();
    assert_eq!(
        app(&shown).document.as_ref().unwrap().variable("left"),
        Some(chosen)
    );
    press(&mut shown, Modifiers::NONE, Key::Escape);
    assert_eq!(app(&shown).selected.object, None);
}

#[test]
fn the_graph_shows_the_cycle_with_its_counts() {
    let shown = open("graph", LayoutKind::Objects);
    assert_eq!(shown.get_all_by_label("Node, 2 references").count(), 2);
}

#[test]
fn a_breakpoint_stops_the_way_back() {
    let mut shown = open("breakpoint", LayoutKind::Learn);
    click(&mut shown, "Breakpoint at line 7");
    press(&mut shown, Modifiers::SHIFT, Key::F8);
    let look = app(&shown).look().unwrap();
    let frame = look.state.top_frame(look.state.running_thread()).unwrap();
    assert_eq!(frame.line, 7);
}

#[test]
fn the_palette_finds_a_command() {
    let mut shown = open("palette", LayoutKind::Learn);
    press(&mut shown, Modifiers::COMMAND | Modifiers::SHIFT, Key::P);
    // The console has a field too; what is typed goes to the one that the palette opened.
    shown
        .get_all_by_role(egui::accesskit::Role::TextInput)
        .find(|field| field.accesskit_node().is_focused())
        .unwrap()
        .type_text("light");
    shown.run_steps(3);
    press(&mut shown, Modifiers::NONE, Key::Enter);
    assert_eq!(app(&shown).settings.theme, ThemeKind::Light);
}

#[test]
fn every_layout_draws_every_moment_it_is_asked_for() {
    let mut shown = open("layouts", LayoutKind::Learn);
    for kind in LayoutKind::ALL {
        // The switch in the top bar comes before the tab of the same name.
        shown.get_all_by_label(kind.name()).next().unwrap().click();
        shown.run_steps(4);
        assert_eq!(app(&shown).settings.layout, kind);
        click(&mut shown, "First");
        click(&mut shown, "Last");
    }
}

#[test]
fn a_recording_shows_what_the_program_showed() {
    let mut shown = open("saved", LayoutKind::Objects);
    press(&mut shown, Modifiers::NONE, Key::ArrowLeft);
    press(&mut shown, Modifiers::NONE, Key::M);
    let here = app(&shown).cursor;
    let mark = Mark {
        title: "look here".to_owned(),
        note: "why?".to_owned(),
    };
    ask(&mut shown, Command::SetBookmark(here, mark.clone()));
    click(&mut shown, "Breakpoint at line 7");
    let path = folder("saved").join("saved.mcap");
    ask(&mut shown, Command::SaveRecordingTo(path.clone()));
    wait_for(&mut shown, |app| app.saving.is_none());
    let before = labels(&shown);
    ask(&mut shown, Command::CloseDocument);
    assert!(app(&shown).document.is_none());
    ask(&mut shown, Command::Open(path));
    wait(&mut shown);
    assert_eq!(app(&shown).cursor, here, "the place comes back");
    assert_eq!(app(&shown).settings.layout, LayoutKind::Objects);
    assert_eq!(app(&shown).notes.bookmarks.get(&here), Some(&mark));
    assert!(app(&shown).breakpoints.contains(&7));
    assert_eq!(labels(&shown), before, "and all that is on the screen");
}

/// What a screen reader could say about the window, without what names the file.
fn labels(shown: &Shown) -> Vec<String> {
    let mut labels: Vec<String> = shown
        .root()
        .children_recursive()
        .filter_map(|node| node.accesskit_node().label())
        .filter(|label| !label.contains("saved.") && !label.contains("Saved "))
        .collect();
    labels.sort();
    labels
}

#[test]
fn what_is_no_program_and_no_recording_is_said_in_a_sentence() {
    let broken = write("broken", "mcap", "this is no recording");
    let mut shown = start(Options {
        file: Some(broken),
        ..Options::default()
    });
    shown.run_steps(4);
    assert!(app(&shown).document.is_none());
    assert!(
        app(&shown)
            .error
            .as_deref()
            .unwrap()
            .contains("broken.mcap")
    );
    let missing = Path::new("/no/such/file.py").to_owned();
    ask(&mut shown, Command::Open(missing));
    assert!(
        app(&shown)
            .error
            .as_deref()
            .unwrap()
            .contains("no such file")
    );
    let not_python = write("syntax", "py", "def f(:\n    pass\n");
    ask(&mut shown, Command::Open(not_python));
    wait(&mut shown);
    let document = app(&shown).document.as_ref().unwrap();
    let error = document.syntax_error().unwrap();
    assert_eq!(error.line, Some(1));
    let said = shown.query_all_by_label_contains("SyntaxError: invalid syntax");
    assert!(said.count() > 0);
}

#[test]
fn a_damaged_recording_is_rescued() {
    // Long enough for several chunks: a cut loses the open one.
    let file = write("rescue", "py", "for n in range(20_000):\n    last = [n]\n");
    let mut shown = start(Options {
        file: Some(file),
        ..Options::default()
    });
    wait(&mut shown);
    let path = folder("rescue").join("whole.mcap");
    ask(&mut shown, Command::SaveRecordingTo(path.clone()));
    wait_for(&mut shown, |app| app.saving.is_none());
    let bytes = std::fs::read(&path).unwrap();
    let cut = folder("rescue").join("cut.mcap");
    std::fs::write(&cut, &bytes[..bytes.len() * 2 / 3]).unwrap();
    ask(&mut shown, Command::CloseDocument);
    ask(&mut shown, Command::Open(cut));
    click(&mut shown, "Save what is whole, and open that");
    wait(&mut shown);
    assert!(
        app(&shown)
            .document
            .as_ref()
            .unwrap()
            .title
            .contains("rescued")
    );
}

#[test]
fn an_endless_loop_is_stopped_and_can_be_looked_at() {
    let path = write("endless", "py", "n = 0\nwhile True:\n    n += 1\n");
    let mut shown = start(Options {
        file: Some(path),
        ..Options::default()
    });
    wait_for(&mut shown, |app| app.last().0 > 100_000);
    press(&mut shown, Modifiers::SHIFT, Key::F5);
    wait(&mut shown);
    shown.get_by_label_contains("on request");
    click(&mut shown, "Back");
    assert!(app(&shown).cursor < app(&shown).last());
}

#[test]
fn an_edited_program_runs_again_and_the_place_is_kept() {
    let mut shown = open("edit", LayoutKind::Learn);
    click(&mut shown, "Breakpoint at line 8");
    press(&mut shown, Modifiers::SHIFT, Key::F8);
    let edited = format!("# one more line\n{PROGRAM}");
    ask(&mut shown, Command::RunSource(edited));
    wait(&mut shown);
    assert_eq!(app(&shown).place().as_deref(), Some("<module> line 9"));
    assert!(app(&shown).breakpoints.contains(&9));
}

#[test]
fn the_prompt_evaluates_at_the_moment_shown() {
    let program = "def f(n):\n    total = n * 2\n    return total\n\nresult = f(21)\nresult = 0\n";
    let mut shown = open_program("prompt", program, LayoutKind::Learn);
    click(&mut shown, "Breakpoint at line 3");
    press(&mut shown, Modifiers::SHIFT, Key::F8);
    for (question, answer) in [
        ("total + n", "63"),
        ("[n] * 2", "[21, 21]"),
        ("nobody", "NameError: name 'nobody' is not defined"),
        ("n = 5; print(n, total)", "5 42"),
    ] {
        ask(&mut shown, Command::Ask(question.to_owned()));
        wait_for(&mut shown, |app| {
            app.asked.iter().all(|a| a.answer.is_some())
        });
        let asked = app(&shown).asked.last().unwrap();
        let got = asked.answer.as_deref().unwrap();
        assert_eq!(got, answer, "{question}");
    }
}

#[test]
fn a_deadlock_is_named() {
    let program = "import _thread\na = _thread.allocate_lock()\na.acquire()\na.acquire()\n";
    let mut shown = open_program("deadlock", program, LayoutKind::Threads);
    click(&mut shown, "Last");
    shown.get_by_label_contains("deadlock");
}

#[test]
fn a_loop_repeats_its_stretch() {
    let mut shown = open("loop", LayoutKind::Learn);
    let first = app(&shown).first();
    click(&mut shown, "First");
    for _ in 0..3 {
        press(&mut shown, Modifiers::NONE, Key::ArrowRight);
    }
    let end = app(&shown).cursor;
    press(&mut shown, Modifiers::NONE, Key::CloseBracket);
    assert_eq!(app(&shown).looped, Some((first, end)));
    ask(&mut shown, Command::SetSpeed(512.0));
    press(&mut shown, Modifiers::NONE, Key::Space);
    for _ in 0..40 {
        shown.run_steps(2);
        assert!(app(&shown).playing, "playing goes on");
        assert!(app(&shown).cursor <= end, "inside the stretch");
    }
}

#[test]
fn bookmarks_become_a_lesson_that_opens() {
    let mut shown = open("author", LayoutKind::Learn);
    click(&mut shown, "First");
    press(&mut shown, Modifiers::NONE, Key::ArrowRight);
    press(&mut shown, Modifiers::NONE, Key::M);
    press(&mut shown, Modifiers::NONE, Key::End);
    press(&mut shown, Modifiers::NONE, Key::M);
    let folder = folder("author").join("lesson");
    ask(&mut shown, Command::SaveLessonTo(folder.clone()));
    ask(&mut shown, Command::Open(folder.join("lesson.md")));
    wait(&mut shown);
    let (lesson, _) = app(&shown).document.as_ref().unwrap().lesson().unwrap();
    assert_eq!(lesson.stops.len(), 2);
    press(&mut shown, Modifiers::NONE, Key::PageDown);
    shown.get_by_label_contains("Stop 1");
}

#[test]
fn a_panel_leaves_for_a_window_of_its_own_and_comes_back() {
    use ouroscope::app::ui::panels::PanelKind;
    let mut shown = open("torn", LayoutKind::Learn);
    ask(&mut shown, Command::TearOff(PanelKind::Console));
    shown.get_by_label_contains("linked");
    ask(&mut shown, Command::PutBack(PanelKind::Console));
    shown.get_by_label_contains("linked");
    ask(&mut shown, Command::ToggleNotes);
    ask(&mut shown, Command::ToggleSpotlight);
    ask(&mut shown, Command::ToggleSettings);
    shown.run_steps(3);
    assert!(shown.query_all_by_label("Settings").count() > 0);
}

#[test]
fn every_lesson_shows_every_stop() {
    for (number, lesson) in ouroscope::app::lessons::all().iter().enumerate() {
        let mut shown = start(Options::default());
        ask(&mut shown, Command::OpenLesson(number));
        wait(&mut shown);
        for stop in 0..lesson.lesson.stops.len() {
            press(&mut shown, Modifiers::NONE, Key::PageDown);
            let (_, at) = app(&shown).document.as_ref().unwrap().lesson().unwrap();
            assert_eq!(at, Some(stop), "{}", lesson.slug);
            if let Some(name) = &lesson.lesson.stops[stop].select {
                let found = app(&shown).document.as_ref().unwrap().variable(name);
                assert!(
                    found.is_some(),
                    "{}: no {name} at stop {}",
                    lesson.slug,
                    stop + 1
                );
            }
        }
    }
}

#[test]
fn large_text_and_small_windows_lose_no_button() {
    for (size, scale) in [
        ([1280.0, 800.0], 2.0),
        ([1280.0, 800.0], 3.0),
        ([800.0, 600.0], 0.8),
    ] {
        let path = write("large", "py", PROGRAM);
        let mut shown = start_sized(
            Options {
                file: Some(path),
                text_scale: Some(scale),
                ..Options::default()
            },
            size,
        );
        wait(&mut shown);
        for label in ["Menu", "Back", "Play", "Forward", "Bookmark"] {
            shown.get_by_label(label);
        }
        click(&mut shown, "Back");
    }
}

#[test]
fn a_still_window_draws_nothing() {
    let mut shown = open("still", LayoutKind::Learn);
    shown.run_steps(40);
    let asks = (0..10)
        .filter(|_| {
            shown.run_steps(1);
            shown.ctx.has_requested_repaint()
        })
        .count();
    assert_eq!(asks, 0, "nobody asks for another picture");
}
