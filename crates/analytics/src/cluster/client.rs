//! The client: one row a part, each its own partition, so that each is a task of its own.

use std::sync::Arc;

use ballista::prelude::SessionContextExt;
use ballista_core::extension::SessionConfigExt;
use datafusion::common::ScalarValue;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, Union};
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext};

use super::{Role, host_and_port, runtime};
use crate::error::{Error, Result};

/// Has all `parts` of a job computed; returns when the last one is done, with the answers in no particular order.
pub fn run_parts(address: &str, role: &Role, job: &str, parts: &[String]) -> Result<Vec<String>> {
    let (host, port) = host_and_port(address)?;
    runtime()?.block_on(async {
        let config = SessionConfig::new_with_ballista().with_target_partitions(parts.len().max(1)).with_ballista_job_name("fupin");
        let context = SessionContext::remote_with_state(&format!("df://{host}:{port}"), role.state(config)?).await?;
        // The context comes back without the functions of the state it was given.
        context.register_udf(role.function().as_ref().clone());
        let frame = DataFrame::new(context.state(), plan(role, job, parts)?);
        let batches = frame.collect().await.map_err(|error| unreachable_or_failed(address, &error.to_string()))?;
        let mut answers = Vec::new();
        for batch in batches {
            answers.extend(crate::output::text_rows(&batch)?.into_iter().flatten());
        }
        if answers.len() == parts.len() {
            Ok(answers)
        } else {
            Err(Error::Cluster(format!("the cluster answered for {} of {} parts; run it again", answers.len(), parts.len())))
        }
    })
}

fn plan(role: &Role, job: &str, parts: &[String]) -> Result<LogicalPlan> {
    let text = |text: &str| Expr::Literal(ScalarValue::Utf8(Some(text.to_owned())), None);
    let row = |part: &String| {
        let answer = role.function().call(vec![text(job), text(part)]).alias("answer");
        Ok(Arc::new(LogicalPlanBuilder::empty(true).project(vec![answer])?.build()?))
    };
    let mut rows = parts.iter().map(row).collect::<Result<Vec<Arc<LogicalPlan>>>>()?;
    if rows.len() == 1 {
        return rows.pop().map(Arc::unwrap_or_clone).ok_or_else(|| Error::Cluster("a job without parts".to_owned()));
    }
    Ok(LogicalPlan::Union(Union::try_new_with_loose_types(rows)?))
}

/// What Ballista says, in words that help.
fn unreachable_or_failed(address: &str, message: &str) -> Error {
    if message.contains("compute_part_") && !message.contains(": part ") && !message.contains("part-") {
        return Error::Cluster(format!(
            "the scheduler at {address} is another build of fupin; start the same program everywhere ({message})"
        ));
    }
    if message.contains("connect") {
        return Error::Cluster(format!("no scheduler answers at {address}; start one with `fupin scheduler` ({message})"));
    }
    Error::Cluster(format!("the cluster could not do it: {message}"))
}
