//! `fupin doctor`: whether the records are whole.

use app::doctor::{Check, Checked, check};
use app::{Clock, SystemClock, housekeeping};

use crate::cli::DoctorArgs;
use crate::console::Console;
use crate::failure::{Failure, Result};
use crate::records::{Records, runtime};

pub(crate) fn run(args: &DoctorArgs, console: &Console) -> Result<()> {
    let checked = runtime()?.block_on(async {
        let records = Records::existing(&args.data, args.database.as_deref()).await?;
        let checked = check(&records.db, &records.keys).await;
        let due = housekeeping::due(&records.db, SystemClock.now()).await;
        let rotating = records.keys.rotating();
        records.db.close().await;
        Ok::<_, Failure>((checked?, due?, rotating))
    })?;
    let (checked, due, rotating) = checked;
    show(&checked, console)?;
    let line = |zh: &str, en: &str, count: u64| vec![console.say(zh, en).to_owned(), count.to_string()];
    let rows = vec![
        line("过期会话", "ended sessions", due.sessions),
        line("过期请求", "requests that nobody repeats", due.requests),
        line("过期验证码", "codes out of time", due.codes),
        line("过期失败记录", "old failed attempts", due.attempts),
        line("已办结的伙伴查询", "questions of partners, done with", due.questions),
    ];
    console.table(
        console.say("待清理（服务运行时每小时自动清理）", "due for housekeeping (the service does it hourly)"),
        &["what", "due"],
        &rows,
    );
    if rotating {
        console.note(
            console.say(
                "密钥轮换未完成：再次运行 fupin rotate-keys",
                "a rotation of keys has not come to its end: run fupin rotate-keys again",
            ),
        );
    }
    Ok(())
}

/// The table of what was looked at; a failure if something is wrong.
pub(super) fn show(checked: &[Checked], console: &Console) -> Result<()> {
    let what = |check| match check {
        Check::AccessLog => console.say("查看记录链", "log of looks"),
        Check::Households => console.say("农户版本", "households"),
        Check::Cases => console.say("案件事件", "cases"),
        Check::Keys => console.say("数据密钥", "data keys"),
    };
    let row = |one: &Checked| vec![what(one.check).to_owned(), one.count.to_string(), one.wrong.join("; ")];
    let rows: Vec<Vec<String>> = checked.iter().map(row).collect();
    console.table(console.say("档案核对", "records"), &["what", "count", "wrong"], &rows);
    let wrong: Vec<&str> = checked.iter().flat_map(|one| &one.wrong).map(String::as_str).collect();
    if wrong.is_empty() { Ok(()) } else { Err(Failure::Unverified(wrong.join("; "))) }
}
