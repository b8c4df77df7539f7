//! `fupin doctor`: whether the records are whole.

use app::doctor::{Check, Checked, check};

use crate::cli::DoctorArgs;
use crate::console::Console;
use crate::failure::{Failure, Result};
use crate::records::{Records, runtime};

pub(crate) fn run(args: &DoctorArgs, console: &Console) -> Result<()> {
    let checked = runtime()?.block_on(async {
        let records = Records::existing(&args.data, args.database.as_deref()).await?;
        let checked = check(&records.db, &records.keys).await;
        records.db.close().await;
        checked.map_err(Failure::from)
    })?;
    show(&checked, console)
}

/// The table of what was looked at; a failure if something is wrong.
pub(super) fn show(checked: &[Checked], console: &Console) -> Result<()> {
    let what = |check| match check {
        Check::AccessLog => console.say("查看记录链", "log of looks"),
        Check::Households => console.say("农户版本", "households"),
        Check::Cases => console.say("案件事件", "cases"),
    };
    let row = |one: &Checked| vec![what(one.check).to_owned(), one.count.to_string(), one.wrong.join("; ")];
    let rows: Vec<Vec<String>> = checked.iter().map(row).collect();
    console.table(console.say("档案核对", "records"), &["what", "count", "wrong"], &rows);
    let wrong: Vec<&str> = checked.iter().flat_map(|one| &one.wrong).map(String::as_str).collect();
    if wrong.is_empty() { Ok(()) } else { Err(Failure::Unverified(wrong.join("; "))) }
}
