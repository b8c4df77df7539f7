//! `fupin scheduler` and `fupin executor`: the two roles that other machines play.

use std::path::Path;
use std::sync::Arc;

use analytics::cluster::{Event, ExecutorSettings, Role, SchedulerSettings, execute, schedule};

use crate::cli::{ExecutorArgs, SchedulerArgs};
use crate::console::Console;
use crate::failure::Result;
use crate::identify::cluster::compute;
use crate::identify::work::build;

pub(crate) fn scheduler(args: &SchedulerArgs, console: &Console) -> Result<()> {
    let build = build()?;
    console.note(&format!("{} {} (build {build})", console.say("调度节点", "scheduler at"), args.bind));
    let said = *console;
    let tell = move |event: Event<'_>| {
        let (word, executor) = match event {
            Event::Joined(executor) => (said.say("执行节点加入", "executor joined"), executor),
            Event::Refused(executor) => (said.say("程序版本不同，拒绝", "refused, another build"), executor),
            Event::Lost(executor) => (said.say("执行节点失联", "executor lost"), executor),
        };
        said.note(&format!("{word}: {executor}"));
    };
    let host = args.host.clone().unwrap_or_else(|| args.bind.ip().to_string());
    schedule(&SchedulerSettings { bind: args.bind, host }, &Role::without_work(build), Box::new(tell))?;
    Ok(())
}

pub(crate) fn executor(args: &ExecutorArgs, console: &Console) -> Result<()> {
    let build = build()?;
    console.note(&format!("{} {} → {} (build {build})", console.say("执行节点", "executor at"), args.bind, args.scheduler));
    let said = *console;
    let work = move |job: &str, part: &str| {
        let answer = compute(Path::new(job), part).map_err(|failure| failure.to_string());
        said.note(answer.as_ref().unwrap_or_else(|reason| reason));
        answer
    };
    let scratch = std::env::temp_dir().join(format!("fupin-executor-{}", args.bind.port()));
    let settings = ExecutorSettings {
        scheduler: args.scheduler.clone(),
        bind: args.bind.ip().to_string(),
        host: args.host.clone().unwrap_or_else(|| args.bind.ip().to_string()),
        port: args.bind.port(),
        threads: args.threads,
        scratch: args.scratch.clone().unwrap_or(scratch),
    };
    execute(&settings, &Role { build, work: Arc::new(work) })?;
    Ok(())
}
