//! One file per command.

mod areas;
mod backup;
#[cfg(feature = "cluster")]
mod cluster;
mod code;
mod copy;
mod doctor;
mod erase;
mod evaluate;
mod explain;
mod export;
mod features;
mod import;
mod programme;
mod rotate_keys;
mod serve;
mod simulate;
mod train;

pub(crate) use import::findings_csv;
use std::path::Path;

use ::programme::Programme;
use analytics::language::Compiler;
use analytics::reading::ReadingOptions;
use analytics::register::{ImportOptions, ImportReport, Register, import as import_files};

use crate::cli::{Cli, Command, Source};
use crate::console::Console;
use crate::failure::Result;
use crate::identify::beside;

pub(crate) fn run(cli: &Cli, console: &Console) -> Result<()> {
    match &cli.command {
        Command::Programme(command) => programme::run(command, console),
        Command::Import(args) => import::run(args, console),
        Command::Train(args) => train::run(args, console),
        Command::Identify(args) => crate::identify::run(args, console),
        Command::Evaluate(args) => evaluate::run(args, console),
        Command::Simulate(args) => simulate::run(args, console),
        Command::Explain(args) => explain::run(args, console),
        Command::Backup(args) => backup::back_up(args, console),
        Command::Restore(args) => backup::restore(args, console),
        Command::Copy(args) => copy::run(args, console),
        Command::Erase(args) => erase::run(args, console),
        Command::RotateKeys(args) => rotate_keys::run(args, console),
        Command::Export(args) => export::run(args, console),
        Command::ExplainCode { code } => code::run(code, console),
        Command::Features(args) => features::run(args, console),
        #[cfg(feature = "cluster")]
        Command::Scheduler(args) => cluster::scheduler(args, console),
        #[cfg(feature = "cluster")]
        Command::Executor(args) => cluster::executor(args, console),
        Command::Areas(args) => areas::run(args, console),
        Command::Doctor(args) => doctor::run(args, console),
        Command::Serve(args) => serve::run(args, console),
        Command::Completions { shell } => code::completions(*shell, console),
    }
}

/// A programme, its compiler and a register of its data.
pub(crate) struct Opened {
    pub programme: Programme,
    pub compiler: Compiler,
    pub register: Register,
    pub findings: Vec<kernel::Finding>,
}

/// Opens a register, or imports the data folder into `aside` first.
pub(crate) fn open(source: &Source, aside: &Path, console: &Console) -> Result<Opened> {
    let programme = crate::definition::load(&source.programme)?;
    let compiler = Compiler::new(source.as_of(&programme), programme.meta.currency.clone());
    if Register::is_register(&source.data) {
        let register = Register::open(&source.data)?;
        return Ok(Opened { programme, compiler, register, findings: Vec::new() });
    }
    let report = run_import(&programme, source, aside, false, console)?;
    let register = Register::open(aside)?;
    Ok(Opened { programme, compiler, register, findings: report.findings })
}

pub(crate) fn run_import(programme: &Programme, source: &Source, out: &Path, dry_run: bool, console: &Console) -> Result<ImportReport> {
    let rejects = beside(out, "rejects");
    if !dry_run && rejects.is_dir() {
        std::fs::remove_dir_all(&rejects).map_err(crate::failure::Failure::file(&rejects))?;
    }
    let bar = console.progress(console.say("读取", "reading"), 0);
    let reading = ReadingOptions {
        encoding: source.encoding.clone(),
        delimiter: source.delimiter.and_then(|c| u8::try_from(u32::from(c)).ok()),
        max_errors: source.max_errors,
        rejects: (!dry_run).then_some(rejects),
    };
    let options = ImportOptions { reading, dry_run };
    let report = import_files(programme, &source.data, out, &options, &mut |rows| bar.inc(rows));
    bar.finish_and_clear();
    Ok(report?)
}
