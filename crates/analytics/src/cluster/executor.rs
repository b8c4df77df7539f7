//! The executor: computes parts until it is told to stop.

use std::path::PathBuf;
use std::sync::Arc;

use ballista_core::extension::SessionConfigExt;
use ballista_core::registry::BallistaFunctionRegistry;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use datafusion::prelude::SessionConfig;

use super::{HEARTBEAT, Role, host_and_port, runtime};
use crate::error::{Error, Result};

/// Where an executor stands and how much it does at once.
#[derive(Debug, Clone)]
pub struct ExecutorSettings {
    /// `HOST:PORT` of the scheduler.
    pub scheduler: String,
    /// Address to listen on.
    pub bind: String,
    /// Name under which scheduler and clients reach it.
    pub host: String,
    /// Two ports are used: this one and the next.
    pub port: u16,
    /// Parts at once.
    pub threads: usize,
    /// Scratch folder of its own.
    pub scratch: PathBuf,
}

/// Runs until the process is told to stop.
pub fn execute(settings: &ExecutorSettings, role: &Role) -> Result<()> {
    let (scheduler_host, scheduler_port) = host_and_port(&settings.scheduler)?;
    std::fs::create_dir_all(&settings.scratch).map_err(Error::file(&settings.scratch))?;
    let state = role.state(SessionConfig::new_with_ballista())?;
    let config = ExecutorProcessConfig {
        executor_id: format!("{}.{}-{}", role.build, settings.host, settings.port),
        bind_host: settings.bind.clone(),
        external_host: Some(settings.host.clone()),
        port: settings.port,
        grpc_port: settings.port.checked_add(1).ok_or_else(|| Error::Cluster("the port must leave room for the next one".to_owned()))?,
        scheduler_host,
        scheduler_port,
        scheduler_connect_timeout_seconds: 30,
        vcores: settings.threads.max(1),
        work_dir: Some(settings.scratch.to_string_lossy().into_owned()),
        executor_heartbeat_interval_seconds: HEARTBEAT,
        // From the same state, or it would lack functions that the client has.
        override_function_registry: Some(Arc::new(BallistaFunctionRegistry::from(&state))),
        ..ExecutorProcessConfig::default()
    };
    let done = runtime()?.block_on(Box::pin(start_executor_process(Arc::new(config))));
    done.map_err(|error| Error::Cluster(format!("the executor stopped: {error}")))
}
