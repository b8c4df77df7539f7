//! `fupin export`: from records to files.

use app::export::{ExportCounts, Exporting};
use app::{Clock, SystemClock};

use crate::cli::ExportArgs;
use crate::console::Console;
use crate::failure::{Failure, Result};
use crate::records::{Records, runtime};

pub(crate) fn run(args: &ExportArgs, console: &Console) -> Result<()> {
    let reason = args.reason.as_deref().map(str::trim);
    if reason == Some("") {
        return Err(Failure::Usage("--reason is empty: say what names and numbers are needed for".to_owned()));
    }
    let programme = crate::definition::load(&args.programme)?;
    let counts = runtime()?.block_on(async {
        let records = Records::existing(&args.data, args.database.as_deref()).await?;
        let bar = console.progress(console.say("导出", "exporting"), 0);
        let exporting = Exporting { to: &args.to, as_of: args.as_of, personal: reason, at: SystemClock.now() };
        let counts = app::export::records(&records.db, &records.keys, &programme, exporting, &|n| bar.inc(n)).await;
        bar.finish_and_clear();
        records.db.close().await;
        counts.map_err(Failure::from)
    })?;
    show(counts, console);
    if args.with_personal {
        console.note(console.say(
            "导出文件含姓名和号码：只交给有权查看的人，用完删除",
            "the files hold names and numbers: hand them only to who may see them, and delete them afterwards",
        ));
    }
    Ok(())
}

fn show(counts: ExportCounts, console: &Console) {
    let row = [counts.households, counts.people, counts.written, counts.kept].map(|count| count.to_string()).to_vec();
    console.table(console.say("导出", "export"), &["households", "people", "written", "kept"], &[row]);
}
