//! `fupin train`.

use analytics::assess::{Assessment, Assessor, AssessorOptions};
use analytics::view::ViewReader;
use programme::definition::Monotone as Direction;
use targeting::boost::Monotone;
use targeting::model::Matrix;
use targeting::proxy_means::{Settings, Training, train};

use crate::cli::TrainArgs;
use crate::console::Console;
use crate::failure::{Failure, Result};
use crate::identify::model::StoredModel;

/// The verified households of a register.
#[derive(Default)]
struct Verified {
    features: Vec<Vec<f32>>,
    outcome: Vec<bool>,
    weights: Vec<f64>,
    groups: Vec<u64>,
    keys: Vec<u64>,
}

pub(crate) fn run(args: &TrainArgs, console: &Console) -> Result<()> {
    let aside = aside_of(&args.out);
    let outcome = fit(args, &aside, console);
    if aside.exists() {
        std::fs::remove_dir_all(&aside).map_err(Failure::file(&aside))?;
    }
    outcome
}

fn aside_of(path: &std::path::Path) -> std::path::PathBuf {
    let mut name = path.file_name().map(std::ffi::OsStr::to_os_string).unwrap_or_default();
    name.push(".register");
    path.with_file_name(name)
}

fn fit(args: &TrainArgs, aside: &std::path::Path, console: &Console) -> Result<()> {
    let opened = super::open(&args.source, aside, console)?;
    let definition = opened.programme.models.iter().find(|m| args.model.as_ref().is_none_or(|id| m.part.id.get_ref() == id));
    let Some(definition) = definition else {
        return Err(Failure::Usage("the programme has no such model; see its models.toml".to_owned()));
    };
    let id = definition.part.id.get_ref().clone();
    let options = AssessorOptions { model: Some(id.clone()), without_checks: true, columns: Vec::new() };
    let assessor = Assessor::new(&opened.programme, &opened.compiler, Some(&opened.register.manifest), &options)?;
    let mut verified = Verified { features: vec![Vec::new(); assessor.features.len()], ..Verified::default() };
    for part in &opened.register.manifest.parts {
        for batch in ViewReader::open(&assessor.plan, &opened.register, part)? {
            verified.add(&assessor.assess(&batch?)?);
        }
    }
    let monotone: Vec<Monotone> = assessor
        .features
        .iter()
        .map(|feature| match definition.part.monotone.get(feature).map(|direction| *direction.get_ref()) {
            Some(Direction::Increasing) => Monotone::Increasing,
            Some(Direction::Decreasing) => Monotone::Decreasing,
            None => Monotone::Free,
        })
        .collect();
    let model_error = |error: targeting::model::Error| Failure::Model(format!("{}: {error}", error.code()));
    let matrix = Matrix::try_new(assessor.features.clone(), verified.features).map_err(model_error)?;
    let day = opened.compiler.as_of().to_string();
    let training = Training {
        matrix: &matrix,
        outcome: &verified.outcome,
        weights: &verified.weights,
        groups: &verified.groups,
        keys: &verified.keys,
        monotone: &monotone,
        trained_on: &day,
        fingerprint: &opened.register.manifest.fingerprint,
    };
    let bar = console.progress(console.say("训练", "training"), 0);
    bar.enable_steady_tick(std::time::Duration::from_millis(200));
    let fitted = train(&training, &Settings { threads: args.threads.max(1), ..Settings::default() });
    bar.finish_and_clear();
    let stored = StoredModel::new(&opened.programme, &id, &assessor.features, fitted.map_err(model_error)?);
    stored.write(&args.out)?;
    stored.show(console);
    console.note(&format!("{} {}", console.say("模型写入", "model written to"), args.out.display()));
    Ok(())
}

impl Verified {
    fn add(&mut self, assessment: &Assessment) {
        for (row, outcome) in assessment.outcome.iter().enumerate() {
            let Some(outcome) = outcome else { continue };
            for (column, values) in self.features.iter_mut().zip(&assessment.features) {
                column.push(values.get(row).copied().unwrap_or(f32::NAN));
            }
            self.outcome.push(*outcome);
            self.weights.push(assessment.weight.get(row).copied().unwrap_or(1.0));
            self.groups.push(assessment.group.get(row).copied().unwrap_or_default());
            let key = assessment.households.get(row).map(|h| analytics::assess::stable_hash(h)).unwrap_or_default();
            self.keys.push(key);
        }
    }
}
