//! One query of the national benchmark over a register, its answer as JSON: `national REGISTER PROGRAMME af|rules|join`.
//!
//! `bench/national.py` runs it against `DuckDB` and Polars over the same files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use analytics::assess::{Assessor, AssessorOptions};
use analytics::language::Compiler;
use analytics::register::{Part, Register};
use analytics::view::{ViewPlan, ViewReader};
use programme::{Programme, SourceFile};
use targeting::alkire_foster::{Batch, GroupTally, Measure, Profile, Tally};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Failure = Box<dyn std::error::Error + Send + Sync>;
type Answer = BTreeMap<String, serde_json::Value>;

const THREADS: usize = 2;
const COUNTY: i64 = 1_000_000;
const ROLLED_UP: [&str; 5] = ["dependants", "adults", "any_disabled", "child_out", "burdened"];

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [register, programme, query] = arguments.as_slice() else {
        return Err("usage: national REGISTER PROGRAMME af|rules|join".into());
    };
    let register = Register::open(Path::new(register))?;
    let programme = load(Path::new(programme))?;
    let compiler = Compiler::new(programme.meta.as_of, programme.meta.currency.clone());
    let assessor = || Assessor::new(&programme, &compiler, Some(&register.manifest), &AssessorOptions::default());
    let answer = match query.as_str() {
        "af" => af(&register, &assessor()?.only_index())?,
        "rules" => rules(&register, &programme, &assessor()?.only_checks())?,
        "join" => join(&register, ViewPlan::new(&programme, &compiler, Some(&register.manifest))?)?,
        other => return Err(format!("no query `{other}`").into()),
    };
    serde_json::to_writer(std::io::stdout().lock(), &answer)?;
    Ok(())
}

fn load(folder: &Path) -> Result<Programme, Failure> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    let source = |path: &PathBuf| Ok(SourceFile { name: path.display().to_string(), text: std::fs::read_to_string(path)? });
    Ok(Programme::load(paths.iter().map(source).collect::<Result<_, std::io::Error>>()?)?)
}

/// Runs `work` over the parts on all threads, answers in no order.
fn over_parts<T: Send>(register: &Register, work: impl Fn(&Part) -> Result<T, Failure> + Sync) -> Result<Vec<T>, Failure> {
    let next = AtomicUsize::new(0);
    let answers = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(part) = register.manifest.parts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let answer = work(part);
                    if let Ok(mut answers) = answers.lock() {
                        answers.push(answer);
                    }
                }
            });
        }
    });
    answers.into_inner().unwrap_or_default().into_iter().collect()
}

/// Counties by number in the order of their first household; equal numbers stand together in a register.
#[derive(Default)]
struct Counties {
    codes: Vec<i64>,
}

impl Counties {
    fn number(&mut self, county: i64) -> usize {
        if let Some(last) = self.codes.len().checked_sub(1).filter(|last| self.codes.get(*last) == Some(&county)) {
            return last;
        }
        self.codes.iter().position(|code| *code == county).unwrap_or_else(|| {
            self.codes.push(county);
            self.codes.len() - 1
        })
    }
}

fn af(register: &Register, assessor: &Assessor) -> Result<Answer, Failure> {
    let measure = assessor.measure.as_ref().ok_or("the programme has no index")?;
    let parts = over_parts(register, |part| af_of_part(register, assessor, measure, part))?;
    let mut counties: BTreeMap<i64, Tally> = BTreeMap::new();
    for (county, tally) in parts.into_iter().flatten() {
        // A county may be cut by the end of a part.
        counties.entry(county).or_insert_with(|| Tally::new(measure)).merge(&tally)?;
    }
    let figures = counties.iter().map(|(county, tally)| {
        let profile = Profile::new(measure, tally);
        let mut row = vec![serde_json::json!(tally.assessed()), serde_json::json!(tally.poor())];
        let shares = [profile.headcount, profile.intensity, profile.adjusted_headcount];
        row.extend(shares.into_iter().chain(profile.indicators.iter().map(|i| i.censored)).map(|share| serde_json::json!(share)));
        (county.to_string(), serde_json::Value::Array(row))
    });
    Ok(figures.collect())
}

fn af_of_part(register: &Register, assessor: &Assessor, measure: &Measure, part: &Part) -> Result<Vec<(i64, Tally)>, Failure> {
    let mut counties = Counties::default();
    // As many counties as any province has: a tally without rows is dropped below.
    let mut tally = GroupTally::new(measure, 1024);
    for batch in ViewReader::open(&assessor.plan, register, part)? {
        let rows = assessor.index_rows(&batch?)?;
        let mut groups = Vec::with_capacity(rows.area.len());
        for village in rows.area.chunk_by(|a, b| a == b) {
            let county = counties.number(village.first().map_or(0, |area| area / COUNTY));
            groups.resize(groups.len() + village.len(), u32::try_from(county)?);
        }
        tally.add(Batch { groups: &groups, deprived: &rows.deprived, missing: rows.missing.as_deref(), weights: Some(&rows.people) })?;
    }
    Ok(counties.codes.into_iter().zip(tally.finish()).collect())
}

fn rules(register: &Register, programme: &Programme, assessor: &Assessor) -> Result<Answer, Failure> {
    let parts = over_parts(register, |part| {
        let mut sums: Vec<u64> = vec![0; programme.checks.len()];
        for batch in ViewReader::open(&assessor.plan, register, part)? {
            let counts = assessor.check_counts(&batch?)?;
            sums.iter_mut().zip(counts).for_each(|(sum, n)| *sum += n);
        }
        Ok(sums)
    })?;
    let total = |place: usize| parts.iter().filter_map(|sums| sums.get(place)).sum::<u64>();
    let ids = programme.checks.iter().map(|check| check.part.id.get_ref().clone());
    Ok(ids.enumerate().map(|(place, id)| (id, serde_json::json!(total(place)))).collect())
}

fn join(register: &Register, mut plan: ViewPlan) -> Result<Answer, Failure> {
    let names = ["village"].into_iter().chain(ROLLED_UP);
    let wanted: Vec<usize> = names.map(|name| plan.scope.position(name).ok_or("the view lacks a column")).collect::<Result<_, _>>()?;
    plan.require(&wanted);
    plan.settle();
    let parts = over_parts(register, |part| {
        let mut counties = Counties::default();
        let mut sums: Vec<[i64; ROLLED_UP.len() + 1]> = Vec::new();
        for batch in ViewReader::open(&plan, register, part)? {
            let batch = batch?;
            let columns = ROLLED_UP.map(|name| batch.whole(name));
            let mut start = 0;
            for run in batch.whole("village").chunk_by(|a, b| a / COUNTY == b / COUNTY) {
                let county = counties.number(run.first().map_or(0, |village| village / COUNTY));
                sums.resize(sums.len().max(county + 1), [0; ROLLED_UP.len() + 1]);
                let Some([households, rest @ ..]) = sums.get_mut(county) else { continue };
                *households += i64::try_from(run.len())?;
                for (sum, column) in rest.iter_mut().zip(&columns) {
                    *sum += column.get(start..start + run.len()).unwrap_or_default().iter().sum::<i64>();
                }
                start += run.len();
            }
        }
        Ok(counties.codes.into_iter().zip(sums).collect::<Vec<_>>())
    })?;
    let mut counties: BTreeMap<i64, [i64; ROLLED_UP.len() + 1]> = BTreeMap::new();
    for (county, row) in parts.into_iter().flatten() {
        let sums = counties.entry(county).or_insert([0; ROLLED_UP.len() + 1]);
        sums.iter_mut().zip(row).for_each(|(sum, n)| *sum += n);
    }
    Ok(counties.iter().map(|(county, row)| (county.to_string(), serde_json::json!(row))).collect())
}
