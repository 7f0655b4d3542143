//! Reads a lesson: a Markdown text with stops, beside the program it explains.
//!
//! ```text
//! # Title
//! What the lesson is about, in a sentence or two.
//!
//! ## Title of a stop
//! - at: line:12#2
//! - layout: Objects
//! - select: node
//! - ask: What will the count be?
//! - answer: 2: the list holds it too.
//! - spotlight: Objects
//! - notes: what only the presenter sees, on the second window
//!
//! The text of the stop, in Markdown.
//! ```
//!
//! `at` is a moment by name, as `trace::named_moment` lists them. All settings are optional;
//! a stop without `at` stays at the moment of the one before.

/// A lesson: what it explains and where it stops.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Lesson {
    pub title: String,
    pub summary: String,
    pub stops: Vec<Stop>,
}

/// One stop of a lesson.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Stop {
    pub title: String,
    /// The query of its moment.
    pub at: Option<String>,
    /// The layout to switch to.
    pub layout: Option<String>,
    /// The panel to bring to the front.
    pub panel: Option<String>,
    /// The name of the variable whose object is put in the light.
    pub select: Option<String>,
    /// A question to think about before `answer` is shown.
    pub ask: Option<String>,
    pub answer: Option<String>,
    /// The panel that is lit while the others are dimmed.
    pub spotlight: Option<String>,
    /// What only the presenter sees.
    pub notes: Option<String>,
    /// The narrative, in Markdown.
    pub text: String,
}

impl Lesson {
    /// Reads the Markdown; whatever is missing stays empty.
    pub fn parse(markdown: &str) -> Self {
        let mut lesson = Self::default();
        let mut fenced = false;
        for line in markdown.lines() {
            if line.trim_start().starts_with("```") {
                fenced = !fenced;
            }
            if !fenced && let Some(title) = line.strip_prefix("## ") {
                lesson.stops.push(Stop {
                    title: title.trim().to_owned(),
                    ..Stop::default()
                });
            } else if !fenced
                && lesson.title.is_empty()
                && let Some(title) = line.strip_prefix("# ")
            {
                title.trim().clone_into(&mut lesson.title);
            } else if let Some(stop) = lesson.stops.last_mut() {
                if !(stop.text.is_empty() && stop.setting(line)) {
                    push_line(&mut stop.text, line);
                }
            } else {
                push_line(&mut lesson.summary, line);
            }
        }
        lesson.summary.truncate(lesson.summary.trim_end().len());
        for stop in &mut lesson.stops {
            stop.text.truncate(stop.text.trim_end().len());
        }
        lesson
    }
}

impl Stop {
    /// Takes a line such as `- at: end`; says whether it was a setting.
    fn setting(&mut self, line: &str) -> bool {
        let Some((name, value)) = line
            .strip_prefix("- ")
            .and_then(|rest| rest.split_once(':'))
        else {
            return false;
        };
        let field = match name.trim() {
            "at" => &mut self.at,
            "layout" => &mut self.layout,
            "panel" => &mut self.panel,
            "select" => &mut self.select,
            "ask" => &mut self.ask,
            "answer" => &mut self.answer,
            "spotlight" => &mut self.spotlight,
            "notes" => &mut self.notes,
            _ => return false,
        };
        *field = Some(value.trim().to_owned());
        true
    }
}

/// Appends a line; blank lines before the first text are dropped.
fn push_line(text: &mut String, line: &str) {
    if text.is_empty() && line.trim().is_empty() {
        return;
    }
    text.push_str(line);
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lesson_has_a_title_and_stops_with_settings() {
        let lesson = Lesson::parse(
            "# Counts\nWhy objects live.\n\n## First\n- at: line:2#2\n- layout: Objects\n\nLook *here*.\n- a list item\n\n```\n## not a stop\n```\n## Second\nMore.\n",
        );
        assert_eq!(lesson.title, "Counts");
        assert_eq!(lesson.summary, "Why objects live.");
        assert_eq!(lesson.stops.len(), 2);
        assert_eq!(lesson.stops[0].at.as_deref(), Some("line:2#2"));
        assert_eq!(lesson.stops[0].layout.as_deref(), Some("Objects"));
        assert_eq!(
            lesson.stops[0].text,
            "Look *here*.\n- a list item\n\n```\n## not a stop\n```"
        );
        assert_eq!(lesson.stops[1].text, "More.");
    }
}
