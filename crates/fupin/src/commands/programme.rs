//! `fupin programme check|test`.

use crate::cli::ProgrammeCommand;
use crate::console::Console;
use crate::failure::{Failure, Result};

pub(crate) fn run(command: &ProgrammeCommand, console: &Console) -> Result<()> {
    let (dir, test) = match command {
        ProgrammeCommand::Check { dir } => (dir, false),
        ProgrammeCommand::Test { dir } => (dir, true),
    };
    let programme = crate::definition::load(dir)?;
    let as_of = programme.meta.as_of;
    let problems = if test { analytics::definition::test(&programme, as_of) } else { analytics::definition::check(&programme, as_of) };
    if !problems.is_empty() {
        return Err(Failure::Definition(problems));
    }
    let count = |n: usize| n.to_string();
    let rows = vec![
        vec!["tables".to_owned(), count(programme.tables.len())],
        vec!["code lists".to_owned(), count(programme.code_lists.len())],
        vec!["view columns".to_owned(), count(programme.view_names().len())],
        vec!["indicators".to_owned(), count(programme.indicators.len())],
        vec!["checks".to_owned(), count(programme.checks.len())],
        vec!["causes".to_owned(), count(programme.causes.len())],
        vec!["models".to_owned(), count(programme.models.len())],
        vec!["examples".to_owned(), count(analytics::definition::example_count(&programme))],
    ];
    let title = format!("{} {} — {}", programme.meta.id.get_ref(), programme.meta.version, programme.meta.title.pick(console.language));
    console.table(&title, &["part", "count"], &rows);
    console.note(console.say("全部通过", if test { "all examples come out as written" } else { "everything holds" }));
    Ok(())
}
