//! What stands for pictures of the window in a build without one.

use std::io::Write;
use std::ops::Range;

use ouroscope::base::Moment;
use ouroscope::trace::Recording;

use crate::Failure;
use crate::cli_export::ExportArgs;

/// Says that this build draws no picture at a moment.
pub(crate) fn write_still(
    _args: &ExportArgs,
    _at: Moment,
    _out: &mut dyn Write,
) -> Result<(), Failure> {
    Err(refusal())
}

/// Says that this build draws no film.
pub(crate) fn write_film(
    _args: &ExportArgs,
    _recording: &Recording,
    _moments: Range<Moment>,
    _out: &mut dyn Write,
) -> Result<(), Failure> {
    Err(refusal())
}

fn refusal() -> Failure {
    Failure::Misuse(
        "this build has no window, so it draws no pictures of one; svg without --panel works"
            .to_owned(),
    )
}
