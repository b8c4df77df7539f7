//! `fupin doctor`: whether the records are whole.

use app::access_log::{Verified, store as log};
use kernel::AreaCode;
use registry::case::store::{self as cases, CaseFilter};
use registry::household::store as households;

use crate::cli::DoctorArgs;
use crate::console::Console;
use crate::failure::{Failure, Result};
use crate::records::{Records, runtime};

/// Cases read at a time.
const PAGE: usize = 1_000;

/// One check: what was looked at, how much of it, what is wrong.
struct Checked {
    what: String,
    count: i64,
    wrong: Vec<String>,
}

pub(crate) fn run(args: &DoctorArgs, console: &Console) -> Result<()> {
    let checked = runtime()?.block_on(check(args, console))?;
    let row = |one: &Checked| vec![one.what.clone(), one.count.to_string(), one.wrong.join("; ")];
    let rows: Vec<Vec<String>> = checked.iter().map(row).collect();
    console.table(console.say("档案核对", "records"), &["what", "count", "wrong"], &rows);
    let wrong: Vec<&str> = checked.iter().flat_map(|one| &one.wrong).map(String::as_str).collect();
    if wrong.is_empty() { Ok(()) } else { Err(Failure::Unverified(wrong.join("; "))) }
}

async fn check(args: &DoctorArgs, console: &Console) -> Result<Vec<Checked>> {
    let records = Records::existing(&args.data, args.database.as_deref()).await?;
    // One consistent state for all checks; who serves goes on meanwhile.
    let mut tx = records.db.read().await.map_err(app::Error::from)?;
    let mut checked = Vec::new();
    let (count, wrong) = match log::verify(&mut tx, &records.keys).await? {
        Verified::Whole { entries } => (entries, Vec::new()),
        Verified::Broken { number, why } => (number, vec![format!("entry {number}: {why}")]),
    };
    checked.push(Checked { what: console.say("查看记录链", "log of looks").to_owned(), count, wrong });
    let (count, broken) = households::unversioned(&mut tx).await.map_err(app::Error::from)?;
    let wrong = broken.into_iter().map(|id| format!("household {id} is not its newest version")).collect();
    checked.push(Checked { what: console.say("农户版本", "households").to_owned(), count, wrong });
    let (mut count, mut wrong, mut after) = (0, Vec::new(), None);
    let filter = CaseFilter { area: AreaCode::WHOLE, step: "", state: "", due_before: "" };
    loop {
        let lines = cases::list(&mut tx, filter, after.as_ref(), PAGE).await.map_err(app::Error::from)?;
        for line in &lines {
            count += 1;
            match cases::load(&mut tx, &line.county, &line.id).await {
                Ok((case, _)) if i64::try_from(case.version) == Ok(line.version) => {}
                Ok(_) => wrong.push(format!("case {} is not at its last event", line.id)),
                Err(error) => wrong.push(format!("case {}: {error}", line.id)),
            }
        }
        if lines.len() < PAGE {
            break;
        }
        after = lines.into_iter().last();
    }
    checked.push(Checked { what: console.say("案件事件", "cases").to_owned(), count, wrong });
    drop(tx);
    records.db.close().await;
    Ok(checked)
}
