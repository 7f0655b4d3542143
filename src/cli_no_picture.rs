//! What stands for pictures of the window in a build without one.

use std::io::Write;
use std::ops::Range;

use ouroscope::base::Moment;

use crate::Failure;
use crate::cli_export::ExportArgs;

/// Says that this build draws none.
pub(crate) fn write(
    _args: &ExportArgs,
    _moments: Range<Moment>,
    _out: &mut dyn Write,
) -> Result<(), Failure> {
    Err(Failure::Misuse(
        "this build has no window, so it draws no pictures of one; svg without --panel works"
            .to_owned(),
    ))
}
