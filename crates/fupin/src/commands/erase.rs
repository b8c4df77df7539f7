//! `fupin erase`: names and numbers destroyed when their time is over.

use app::erasure::Erasing;
use app::{Clock, SystemClock};

use crate::cli::EraseArgs;
use crate::console::Console;
use crate::failure::{Failure, Result};
use crate::records::{Records, runtime};

pub(crate) fn run(args: &EraseArgs, console: &Console) -> Result<()> {
    let programme = crate::definition::load(&args.programme)?;
    let county = runtime()?.block_on(async {
        let records = Records::existing(&args.data, args.database.as_deref()).await?;
        let erasing = Erasing { county: args.county.as_deref(), household: &args.household, reason: &args.reason, at: SystemClock.now() };
        let county = app::erasure::erase(&records.db, &programme, erasing).await;
        records.db.close().await;
        county.map_err(Failure::from)
    })?;
    console.table(console.say("已销毁", "erased"), &["county", "household"], &[vec![county, args.household.clone()]]);
    console.note(console.say(
        "更早的备份仍含有这些姓名和号码：按期限销毁备份",
        "backups made before still hold these names and numbers: destroy them in their time",
    ));
    Ok(())
}
