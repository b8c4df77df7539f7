//! `fupin copy`: records from one database to another.

use database::Db;
use database::copy::{TableSum, copy};

use crate::cli::CopyArgs;
use crate::console::Console;
use crate::failure::{Failure, Result};
use crate::records::runtime;

pub(crate) fn run(args: &CopyArgs, console: &Console) -> Result<()> {
    let sums = runtime()?.block_on(async {
        let from = Db::open_existing(&args.from).await.map_err(app::Error::from)?;
        let to = Db::open(&args.to).await.map_err(app::Error::from)?;
        let bar = console.progress(console.say("复制", "copying"), 0);
        let sums = copy(&from, &to, &app::migrations(), &app::SEEDED, &|n| bar.inc(n)).await;
        bar.finish_and_clear();
        from.close().await;
        to.close().await;
        sums.map_err(|error| Failure::from(app::Error::from(error)))
    })?;
    show(&sums, console);
    console.note(console.say(
        "已逐表核对。密钥文件不在数据库中：新服务要用原来的数据目录或其备份",
        "every table verified. Keys are not in the database: serve the copy with the data folder it came from, or a backup of it",
    ));
    Ok(())
}

fn show(sums: &[TableSum], console: &Console) {
    let row = |sum: &TableSum| vec![sum.table.clone(), sum.rows.to_string(), sum.digest.clone()];
    let rows: Vec<Vec<String>> = sums.iter().map(row).collect();
    console.table(console.say("复制", "copied"), &["table", "rows", "sha256"], &rows);
}
