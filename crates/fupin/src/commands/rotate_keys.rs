//! `fupin rotate-keys`.

use app::rotation::rotate;

use crate::cli::RotateKeysArgs;
use crate::console::Console;
use crate::failure::{Failure, Result};
use crate::records::{Records, runtime};

pub(crate) fn run(args: &RotateKeysArgs, console: &Console) -> Result<()> {
    let rotated = runtime()?.block_on(async {
        let mut records = Records::alone(&args.data, args.database.as_deref()).await?;
        let bar = console.progress(console.say("重新封存", "sealing anew"), 0);
        let rotated = rotate(&records.db, &mut records.keys, &args.data.join(app::backup::KEYS), &|n| bar.inc(n)).await;
        bar.finish_and_clear();
        records.db.close().await;
        rotated.map_err(Failure::from)
    })?;
    let counts = [rotated.households, rotated.declarations, rotated.secrets].map(|count| count.to_string());
    let row: Vec<String> = std::iter::once(rotated.master.to_string()).chain(counts).collect();
    console.table(console.say("密钥轮换", "keys made new"), &["master", "households", "declarations", "secrets"], &[row]);
    console.note(console.say(
        "旧密钥已从密钥文件中销毁；此前不含密钥的备份只有用当时的 keys.json 才能恢复。请立即重新备份",
        "the old key is gone from the key file; backups made without keys before can only be restored with keys.json of then. Make a new backup now",
    ));
    Ok(())
}
