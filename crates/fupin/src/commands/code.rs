//! `fupin explain-code`, `fupin completions`.

use clap::CommandFactory;

use crate::cli::Cli;
use crate::console::Console;
use crate::failure::{Failure, Result};

pub(crate) fn run(code: &str, console: &Console) -> Result<()> {
    let Some(entry) = kernel::code_entry(code) else {
        let known = kernel::code::CATALOGUE.iter().map(|entry| entry.code);
        let near = kernel::text::nearest(code, known).map_or_else(String::new, |near| format!("; did you mean {near}?"));
        return Err(Failure::Unknown(format!("there is no code {code}{near}")));
    };
    let row = vec![entry.code.to_owned(), entry.meaning(console.language).to_owned(), entry.remedy(console.language).to_owned()];
    console.table("", &["code", "meaning", "remedy"], &[row]);
    Ok(())
}

pub(crate) fn completions(shell: clap_complete::Shell, console: &Console) -> Result<()> {
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "fupin", &mut bytes);
    console.raw(&String::from_utf8_lossy(&bytes));
    Ok(())
}
