//! `fupin evaluate`.

use crate::cli::EvaluateArgs;
use crate::console::Console;
use crate::failure::Result;

pub(crate) fn run(_args: &EvaluateArgs, _console: &Console) -> Result<()> {
    Ok(())
}
