//! `fupin`: finds who is poor and why, who was missed, who does not belong, and whom to visit.
//!
//! Results go to stdout, progress and diagnostics to stderr. Exit codes: 0 ok, 1 findings, 2 usage, 3 input/output,
//! 4 verification failed, 5 conflict.

mod cli;
mod commands;
mod console;
mod definition;
mod evaluate;
mod failure;
mod identify;
mod records;
mod settings;

use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let console = console::Console::new(&cli);
    match commands::run(&cli, &console) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            console.failure(&failure);
            ExitCode::from(failure.exit_code())
        }
    }
}
