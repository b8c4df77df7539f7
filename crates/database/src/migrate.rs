//! One sequence of migrations for all contexts, applied in order, each once.

use std::borrow::Cow;

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration as Step, MigrationType, Migrator};

use crate::db::Db;
use crate::error::Result;

/// One step; the text is the same on both engines.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Position in the one sequence of all contexts; never changed once released.
    pub version: i64,
    pub name: &'static str,
    pub sql: &'static str,
}

impl Db {
    /// Brings the schema up to date; a database that a newer program has changed is refused.
    pub async fn migrate(&self, migrations: &[Migration]) -> Result<()> {
        let mut steps: Vec<Step> = migrations
            .iter()
            .map(|m| Step::new(m.version, Cow::Borrowed(m.name), MigrationType::Simple, m.sql.into_sql_str(), false))
            .collect();
        steps.sort_by_key(|step| step.version);
        let migrator = Migrator { migrations: Cow::Owned(steps), ..Migrator::DEFAULT };
        match self {
            Self::Sqlite { write, .. } => migrator.run(write).await?,
            Self::Postgres(pool) => migrator.run(pool).await?,
        }
        Ok(())
    }
}
