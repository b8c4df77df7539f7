//! `fupin features`: what a model sees.

use analytics::assess::{Assessor, AssessorOptions};
use analytics::view::ViewReader;

use crate::cli::FeaturesArgs;
use crate::console::{Console, csv_line};
use crate::failure::Result;

pub(crate) fn run(args: &FeaturesArgs, console: &Console) -> Result<()> {
    let aside = std::env::temp_dir().join(format!("fupin-features-{}", std::process::id()));
    let outcome = print(args, &aside, console);
    if aside.exists() {
        std::fs::remove_dir_all(&aside).map_err(crate::failure::Failure::file(&aside))?;
    }
    outcome
}

fn print(args: &FeaturesArgs, aside: &std::path::Path, console: &Console) -> Result<()> {
    let opened = super::open(&args.source, aside, console)?;
    let options = AssessorOptions { model: args.model.clone(), without_checks: true, columns: Vec::new() };
    let assessor = Assessor::new(&opened.programme, &opened.compiler, Some(&opened.register.manifest), &options)?;
    let header = std::iter::once("household").chain(assessor.features.iter().map(String::as_str));
    console.raw(&format!("{}\n", csv_line(header)));
    for part in &opened.register.manifest.parts {
        for batch in ViewReader::open(&assessor.plan, &opened.register, part)? {
            let assessment = assessor.assess(&batch?)?;
            let mut text = String::new();
            for (row, household) in assessment.households.iter().enumerate() {
                let cell = |column: &Vec<f32>| column.get(row).filter(|x| !x.is_nan()).map_or_else(String::new, ToString::to_string);
                let cells: Vec<String> = std::iter::once(household.clone()).chain(assessment.features.iter().map(cell)).collect();
                text.push_str(&csv_line(cells.iter().map(String::as_str)));
                text.push('\n');
            }
            console.raw(&text);
        }
    }
    Ok(())
}
