//! `fupin areas`: what areas are called, into the records.

use app::area;

use crate::cli::AreasArgs;
use crate::console::Console;
use crate::failure::{Failure, Result};
use crate::records::{Records, runtime};

pub(crate) fn run(args: &AreasArgs, console: &Console) -> Result<()> {
    let bytes = std::fs::read(&args.from).map_err(Failure::file(&args.from))?;
    let (names, bad) = area::read(&bytes);
    runtime()?.block_on(async {
        let records = Records::open(&args.data, args.database.as_deref()).await?;
        let mut tx = records.db.begin().await.map_err(app::Error::from)?;
        area::store::put(&mut tx, &names).await?;
        tx.commit().await.map_err(app::Error::from)?;
        records.db.close().await;
        Ok::<(), Failure>(())
    })?;
    for line in &bad {
        console.note(&format!("{}:{}: {}", args.from.display(), line.line, line.why));
    }
    let row = vec![names.len().to_string(), bad.len().to_string()];
    console.table(console.say("地区名称", "names of areas"), &["names", "refused"], &[row]);
    if bad.is_empty() {
        Ok(())
    } else {
        Err(Failure::Findings(format!("{} line(s) of {} could not be used", bad.len(), args.from.display())))
    }
}
