//! The lessons that come with the program: each a folder of `assets/lessons/` with a `program.py`
//! and a `lesson.md` (the format is described in [`crate::views::lesson`]).

use std::sync::{Arc, OnceLock};

use crate::views::lesson::Lesson;

/// A lesson and its program.
#[derive(Clone, Debug)]
pub struct BuiltInLesson {
    /// The name of its folder.
    pub slug: &'static str,
    pub program: &'static str,
    pub lesson: Arc<Lesson>,
}

macro_rules! lessons { ($($slug:literal)*) => {
    &[$((
        $slug,
        include_str!(concat!("../../assets/lessons/", $slug, "/program.py")),
        include_str!(concat!("../../assets/lessons/", $slug, "/lesson.md")),
    )),*]
} }

/// One line for each folder, in the order of the start page.
const FILES: &[(&str, &str, &str)] = lessons! {
    "source-to-bytecode"
    "what-an-object-is"
    "small-integers-and-interning"
    "reference-counting"
    "memory-pools"
    "the-gil"
    "constant-folding"
    "dead-code"
    "membership-tests"
    "why-immutables-must-not-be-changed"
    "reference-cycles"
    "weak-references"
    "the-collectors-generations"
    "finalizers-and-resurrection"
    "attribute-lookup-and-descriptors"
    "method-resolution-order"
    "closures-and-cells"
    "generators"
    "exceptions-that-keep-objects-alive"
    "a-memory-leak-found-and-fixed"
};

/// All lessons, in the order of the start page.
pub fn all() -> &'static [BuiltInLesson] {
    static LESSONS: OnceLock<Vec<BuiltInLesson>> = OnceLock::new();
    LESSONS.get_or_init(|| {
        FILES
            .iter()
            .map(|&(slug, program, markdown)| BuiltInLesson {
                slug,
                program,
                lesson: Arc::new(Lesson::parse(markdown)),
            })
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lesson_has_a_title_a_program_and_stops() {
        for lesson in all() {
            assert!(!lesson.lesson.title.is_empty(), "{}", lesson.slug);
            assert!(!lesson.program.is_empty(), "{}", lesson.slug);
            assert!(!lesson.lesson.stops.is_empty(), "{}", lesson.slug);
        }
    }
}
