//! `fupin backup` and `fupin restore`.

use app::backup::{BackingUp, Restoring};
use app::{Clock, SystemClock};
use database::backup::About;

use crate::cli::{BackupArgs, RestoreArgs};
use crate::console::Console;
use crate::failure::{Failure, Result};
use crate::records::{Records, runtime};

pub(crate) fn back_up(args: &BackupArgs, console: &Console) -> Result<()> {
    let about = runtime()?.block_on(async {
        let records = Records::existing(&args.data, args.database.as_deref()).await?;
        let bar = console.progress(console.say("备份", "backing up"), 0);
        let what = BackingUp { data: &args.data, to: &args.to, with_keys: !args.without_keys, at: SystemClock.now() };
        let about = app::backup::back_up(&records.db, what, &|n| bar.inc(n)).await;
        bar.finish_and_clear();
        records.db.close().await;
        about.map_err(Failure::from)
    })?;
    show(console.say("备份", "backup"), &about, console);
    console.note(if args.without_keys {
        console.say(
            "备份不含密钥：没有原数据目录的 keys.json 就读不出姓名和号码，请另行保管",
            "without keys: nobody reads names and numbers of it without keys.json of the data folder; keep that elsewhere",
        )
    } else {
        console.say(
            "备份含有密钥：拿到文件的人能读出所有姓名和号码。只存放在加密的介质上",
            "the backup holds the keys: who has the file reads every name and number. Keep it on encrypted media only",
        )
    });
    Ok(())
}

pub(crate) fn restore(args: &RestoreArgs, console: &Console) -> Result<()> {
    let (about, checked) = runtime()?.block_on(async {
        let bar = console.progress(console.say("恢复", "restoring"), 0);
        let database = args.database.as_deref();
        let what = Restoring { from: &args.from, data: &args.data, database, keys: args.keys.as_deref() };
        let about = app::backup::restore(what, &|n| bar.inc(n)).await;
        bar.finish_and_clear();
        let about = about?;
        let records = Records::existing(&args.data, database).await?;
        let checked = app::doctor::check(&records.db, &records.keys).await;
        records.db.close().await;
        Ok::<_, Failure>((about, checked?))
    })?;
    show(console.say("恢复", "restored"), &about, console);
    super::doctor::show(&checked, console)
}

fn show(title: &str, about: &About, console: &Console) {
    let rows: u64 = about.tables.iter().map(|table| table.rows).sum();
    let taken = app::civil(about.at).format("%Y-%m-%d %H:%M:%S").to_string();
    let row = vec![taken, about.engine.clone(), about.tables.len().to_string(), rows.to_string(), about.files.join(" ")];
    console.table(title, &["taken", "engine", "tables", "rows", "files"], &[row]);
}
