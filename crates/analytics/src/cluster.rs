//! Parts of a register on several machines: Ballista distributes them, our own function computes each.
//!
//! One program, three roles: a scheduler that hands out parts, executors that compute them, a client that asks. A part is computed by the
//! same code as on one machine and its result goes to a folder that all executors share, so the result cannot differ.
//! All three must be the same build: the function's name carries the build, and the scheduler turns other executors away.
//!
//! Ballista has no authentication of its own: bind it to addresses of a private network only.

mod client;
mod executor;
mod scheduler;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, StringArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::cast::as_string_array;
use datafusion::error::{DataFusionError, Result as EngineResult};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::{FunctionRegistry, SessionState, SessionStateBuilder};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use datafusion::prelude::SessionConfig;

pub use client::run_parts;
pub use executor::{ExecutorSettings, execute};
pub use scheduler::{Event, SchedulerSettings, Tell, schedule};

use crate::error::Error;

/// Seconds between signs of life of an executor.
const HEARTBEAT: u64 = 5;
/// Seconds without a sign of life after which an executor's parts go to others.
const SILENCE: u64 = 20;

/// What an executor does with one part of one job; the answer is a line for people.
pub type Work = Arc<dyn Fn(&str, &str) -> Result<String, String> + Send + Sync>;

/// What every role agrees on.
#[derive(Clone)]
pub struct Role {
    /// The program's own bytes, as a hash: equal builds compute equal results.
    pub build: String,
    pub work: Work,
}

impl Role {
    /// A role that only asks or hands out; it computes no part itself.
    #[must_use]
    pub fn without_work(build: String) -> Self {
        Self { build, work: Arc::new(|_, _| Err("this program was not started as an executor".to_owned())) }
    }

    fn function(&self) -> Arc<ScalarUDF> {
        let signature = Signature::exact(vec![DataType::Utf8, DataType::Utf8], Volatility::Volatile);
        let name = format!("compute_part_{}", self.build);
        Arc::new(ScalarUDF::new_from_impl(ComputePart { name, signature, work: Arc::clone(&self.work) }))
    }

    /// The one state that client, scheduler and executors are made from.
    fn state(&self, config: SessionConfig) -> EngineResult<SessionState> {
        let runtime = RuntimeEnvBuilder::new().build_arc()?;
        let mut state = SessionStateBuilder::new().with_config(config).with_runtime_env(runtime).with_default_features().build();
        state.register_udf(self.function())?;
        Ok(state)
    }
}

/// `compute_part_BUILD(job, part)`. It travels by name; job and part are its arguments, so it needs no state of its own.
struct ComputePart {
    name: String,
    signature: Signature,
    work: Work,
}

impl fmt::Debug for ComputePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ComputePart").field("name", &self.name).finish_non_exhaustive()
    }
}

impl PartialEq for ComputePart {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for ComputePart {}

impl Hash for ComputePart {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl ScalarUDFImpl for ComputePart {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> EngineResult<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> EngineResult<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let [jobs, parts] = arrays.as_slice() else {
            return Err(DataFusionError::Execution(format!("{} takes a job and a part", self.name)));
        };
        let (jobs, parts) = (as_string_array(jobs)?, as_string_array(parts)?);
        let answers = jobs.iter().zip(parts).map(|(job, part)| self.compute(job.unwrap_or_default(), part.unwrap_or_default()));
        let answers: ArrayRef = Arc::new(StringArray::from(answers.collect::<EngineResult<Vec<String>>>()?));
        Ok(ColumnarValue::Array(answers))
    }
}

impl ComputePart {
    /// On a thread of its own: the work may wait for its own runtime, which a thread of Ballista's must not.
    fn compute(&self, job: &str, part: &str) -> EngineResult<String> {
        let answer = std::thread::scope(|scope| scope.spawn(|| (self.work)(job, part)).join());
        let answer = answer.unwrap_or_else(|_| Err("the computation panicked; this is a fault of fupin".to_owned()));
        answer.map_err(|reason| DataFusionError::Execution(format!("part {part}: {reason}")))
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Error> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Error::file("a runtime"))
}

/// `HOST:PORT` as its two halves.
pub fn host_and_port(address: &str) -> Result<(String, u16), Error> {
    let halves = address.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?)));
    let (host, port) =
        halves.filter(|(host, _)| !host.is_empty()).ok_or_else(|| Error::Cluster(format!("`{address}` is not HOST:PORT")))?;
    Ok((host.to_owned(), port))
}

#[cfg(test)]
mod tests;
