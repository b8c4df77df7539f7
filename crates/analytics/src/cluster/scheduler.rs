//! The scheduler: hands out parts, only to executors of its own build.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::Arc;

use ballista_core::JobId;
use ballista_core::error::{BallistaError, Result as BallistaResult};
use ballista_core::serde::protobuf::ExecutorHeartbeat;
use ballista_core::serde::scheduler::{ExecutorData, ExecutorMetadata};
use ballista_core::utils::default_config_producer;
use ballista_scheduler::cluster::memory::{InMemoryClusterState, InMemoryJobState};
use ballista_scheduler::cluster::{BallistaCluster, BoundTask, ClusterState, ClusterStateEventStream, ExecutorSlot};
use ballista_scheduler::config::{SchedulerConfig, TaskDistributionPolicy};
use ballista_scheduler::scheduler_process::start_server;
use ballista_scheduler::state::task_manager::JobInfoCache;

use super::{Role, SILENCE, runtime};
use crate::error::{Error, Result};

/// Where a scheduler stands.
#[derive(Debug, Clone)]
pub struct SchedulerSettings {
    pub bind: SocketAddr,
    /// Name under which executors and clients reach it.
    pub host: String,
}

/// What happens on the cluster, for its operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event<'a> {
    Joined(&'a str),
    /// Another build; the second is its identity.
    Refused(&'a str),
    Lost(&'a str),
}

/// Tells the operator.
pub type Tell = Box<dyn Fn(Event<'_>) + Send + Sync>;

/// Runs until the process is told to stop.
pub fn schedule(settings: &SchedulerSettings, role: &Role, tell: Tell) -> Result<()> {
    let of_state = role.clone();
    let session: ballista_scheduler::scheduler_server::SessionBuilder = Arc::new(move |config| of_state.state(config));
    let config = SchedulerConfig {
        bind_host: settings.bind.ip().to_string(),
        bind_port: settings.bind.port(),
        external_host: settings.host.clone(),
        override_session_builder: Some(Arc::clone(&session)),
        executor_timeout_seconds: SILENCE,
        expire_dead_executor_interval_seconds: 3,
        executor_termination_grace_period: 5,
        ..SchedulerConfig::default()
    };
    let jobs = InMemoryJobState::new(config.scheduler_id.clone(), session, Arc::new(default_config_producer));
    let executors = SameBuild { build: role.build.clone(), tell, inner: InMemoryClusterState::default() };
    let cluster = BallistaCluster::new(Arc::new(executors), Arc::new(jobs));
    let served = runtime()?.block_on(Box::pin(start_server(cluster, settings.bind, Arc::new(config))));
    served.map_err(|error| Error::Cluster(format!("the scheduler stopped: {error}")))
}

/// Ballista's own state, with a check at the door: an executor of another build would fail whole jobs, or worse, answer differently.
struct SameBuild {
    build: String,
    tell: Tell,
    inner: InMemoryClusterState,
}

impl SameBuild {
    fn admit(&self, executor: &str) -> BallistaResult<()> {
        if executor.split('.').next() == Some(self.build.as_str()) {
            return Ok(());
        }
        (self.tell)(Event::Refused(executor));
        Err(BallistaError::General(format!("the scheduler is build {}, this executor is another one; start the same program", self.build)))
    }
}

#[async_trait::async_trait]
impl ClusterState for SameBuild {
    async fn init(&self) -> BallistaResult<()> {
        self.inner.init().await
    }

    async fn bind_schedulable_tasks(
        &self,
        distribution: TaskDistributionPolicy,
        active_jobs: Arc<HashMap<JobId, JobInfoCache>>,
        executors: Option<HashSet<String>>,
    ) -> BallistaResult<Vec<BoundTask>> {
        self.inner.bind_schedulable_tasks(distribution, active_jobs, executors).await
    }

    async fn unbind_tasks(&self, executor_slots: Vec<ExecutorSlot>) -> BallistaResult<()> {
        self.inner.unbind_tasks(executor_slots).await
    }

    async fn register_executor(&self, metadata: ExecutorMetadata, spec: ExecutorData) -> BallistaResult<()> {
        self.admit(&metadata.id)?;
        let id = metadata.id.clone();
        self.inner.register_executor(metadata, spec).await?;
        (self.tell)(Event::Joined(&id));
        Ok(())
    }

    async fn save_executor_metadata(&self, metadata: ExecutorMetadata) -> BallistaResult<()> {
        self.admit(&metadata.id)?;
        self.inner.save_executor_metadata(metadata).await
    }

    async fn get_executor_metadata(&self, executor_id: &str) -> BallistaResult<ExecutorMetadata> {
        self.inner.get_executor_metadata(executor_id).await
    }

    async fn registered_executor_metadata(&self) -> Vec<ExecutorMetadata> {
        self.inner.registered_executor_metadata().await
    }

    async fn save_executor_heartbeat(&self, heartbeat: ExecutorHeartbeat) -> BallistaResult<()> {
        self.inner.save_executor_heartbeat(heartbeat).await
    }

    async fn remove_executor(&self, executor_id: &str) -> BallistaResult<()> {
        (self.tell)(Event::Lost(executor_id));
        self.inner.remove_executor(executor_id).await
    }

    fn executor_heartbeats(&self) -> HashMap<String, ExecutorHeartbeat> {
        self.inner.executor_heartbeats()
    }

    fn get_executor_heartbeat(&self, executor_id: &str) -> Option<ExecutorHeartbeat> {
        self.inner.get_executor_heartbeat(executor_id)
    }

    async fn cluster_state_events(&self) -> BallistaResult<ClusterStateEventStream> {
        self.inner.cluster_state_events().await
    }
}
