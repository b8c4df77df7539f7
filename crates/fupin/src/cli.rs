//! The command line.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// 扶贫 — targeted poverty alleviation from register files to decision-ready lists.
#[derive(Debug, Parser)]
#[command(name = "fupin", version, about, max_term_width = 100)]
pub(crate) struct Cli {
    /// How results are written to stdout.
    #[arg(long, global = true, value_enum, default_value = "auto")]
    pub format: Format,
    /// Language of messages, tables and reports.
    #[arg(long, global = true, value_enum, default_value = "en", env = "FUPIN_LANGUAGE")]
    pub language: Lang,
    /// No progress on stderr.
    #[arg(long, short, global = true)]
    pub quiet: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table on a terminal, JSON lines when piped.
    Auto,
    Table,
    Json,
    Csv,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    Zh,
    En,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check or test a programme definition.
    #[command(subcommand)]
    Programme(ProgrammeCommand),
    /// Read files into a register; rows that do not hold become findings.
    Import(ImportArgs),
    /// Learn a proxy-means model from verified households.
    Train(TrainArgs),
    /// Who is poor and why, who was missed, who does not belong, whom to visit.
    Identify(IdentifyArgs),
    /// Exclusion, inclusion and every other error against verified outcomes.
    Evaluate(EvaluateArgs),
    /// Make a synthetic county (or country) whose truth is known.
    Simulate(SimulateArgs),
    /// Why a household was assessed as it was, clause by clause.
    Explain(ExplainArgs),
    /// What a code such as FP0103 means and what to do.
    ExplainCode { code: String },
    /// The features of a model, one row a household, as CSV on stdout.
    Features(FeaturesArgs),
    /// Hand out parts of registers to executors.
    #[cfg(feature = "cluster")]
    Scheduler(SchedulerArgs),
    /// Compute parts of registers for a scheduler.
    #[cfg(feature = "cluster")]
    Executor(ExecutorArgs),
    /// Serve the pages of a data folder to officials, cadres, households and the public.
    Serve(ServeArgs),
    /// Take in what areas are called, from a CSV with the columns code and name, and perhaps English names.
    Areas(AreasArgs),
    /// Check the records of a data folder: keys, tables, log of looks, cases, versions
    Doctor(DoctorArgs),
    /// Write the records as files that `fupin import` and `fupin identify` read, a folder a county, only where something changed.
    Export(ExportArgs),
    /// Copy records into an empty database, on either engine: all or nothing, verified table by table. Stop the service first
    Copy(CopyArgs),
    /// Write everything into one file, keys included, while the service goes on.
    Backup(BackupArgs),
    /// Make an empty data folder what a backup holds, and check it.
    Restore(RestoreArgs),
    /// Destroy names and numbers of a household that left, when the programme has kept them long enough; decisions stay.
    Erase(EraseArgs),
    /// Make the keys new: seal everything anew under a new master key and destroy the old one. Stop the service first
    RotateKeys(RotateKeysArgs),
    /// Completions for a shell.
    Completions { shell: clap_complete::Shell },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProgrammeCommand {
    /// Type-check everything, every expression included.
    Check { dir: PathBuf },
    /// Run the examples written beside each rule.
    Test { dir: PathBuf },
}

/// A programme and the files it applies to.
#[derive(Debug, Args)]
pub(crate) struct Source {
    /// Folder of the programme definition.
    #[arg(long)]
    pub programme: PathBuf,
    /// Folder of input files, or a register made by `fupin import`.
    #[arg(long)]
    pub data: PathBuf,
    /// Reference date of ages and periods (default: the programme's).
    #[arg(long)]
    pub as_of: Option<NaiveDate>,
    /// Encoding of text files, for example gb18030 (default: found by itself).
    #[arg(long)]
    pub encoding: Option<String>,
    /// Separator of text files (default: found by itself).
    #[arg(long)]
    pub delimiter: Option<char>,
    /// Stop after this many errors in the input.
    #[arg(long)]
    pub max_errors: Option<u64>,
}

impl Source {
    /// The day everything is computed for.
    pub(crate) fn as_of(&self, programme: &programme::Programme) -> NaiveDate {
        self.as_of.unwrap_or(programme.meta.as_of)
    }
}

#[derive(Debug, Args)]
pub(crate) struct AreasArgs {
    /// Folder of the records (see `fupin serve`).
    #[arg(long)]
    pub data: PathBuf,
    /// The file of names, in UTF-8.
    #[arg(long)]
    pub from: PathBuf,
    /// The database of the records: `sqlite:FILE` or `postgres://…` (default: `records.db` in that folder).
    #[arg(long, env = "FUPIN_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    #[command(flatten)]
    pub source: Source,
    /// Folder of the register.
    #[arg(long)]
    pub out: PathBuf,
    /// Read and report, write nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Also bring the households into the records of this data folder (see `fupin serve`).
    #[arg(long)]
    pub records: Option<PathBuf>,
    /// The database of the records: `sqlite:FILE` or `postgres://…` (default: `records.db` in that folder).
    #[arg(long, requires = "records", env = "FUPIN_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct TrainArgs {
    #[command(flatten)]
    pub source: Source,
    /// File of the model.
    #[arg(long)]
    pub out: PathBuf,
    /// Which model of the programme (default: the first).
    #[arg(long)]
    pub model: Option<String>,
    /// Threads.
    #[arg(long, default_value_t = 2)]
    pub threads: usize,
}

#[derive(Debug, Args)]
pub(crate) struct IdentifyArgs {
    #[command(flatten)]
    pub source: Source,
    /// A model made by `fupin train`.
    #[arg(long)]
    pub model: Option<PathBuf>,
    /// Folder of the results.
    #[arg(long)]
    pub out: PathBuf,
    /// Quota mode: at most this many households in the programme, ranked by need.
    #[arg(long)]
    pub quota: Option<usize>,
    /// Budget of visits: how many households the visit list names.
    #[arg(long)]
    pub visits: Option<usize>,
    /// Data folder of the records: the proposals are brought in as a run, for people to decide on.
    #[arg(long)]
    pub records: Option<PathBuf>,
    /// Where the records are, unless in the data folder: postgres://… or sqlite:…
    #[arg(long, requires = "records")]
    pub database: Option<String>,
    /// Threads.
    #[arg(long, default_value_t = 2)]
    pub threads: usize,
    /// HOST:PORT of a scheduler: its executors compute the parts. They must see register and results under the same paths.
    #[cfg(feature = "cluster")]
    #[arg(long)]
    pub cluster: Option<String>,
}

/// Hands out parts of registers to executors of the same build. There is no authentication: private networks only.
#[cfg(feature = "cluster")]
#[derive(Debug, Args)]
pub(crate) struct SchedulerArgs {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:50050")]
    pub bind: std::net::SocketAddr,
    /// Name under which executors and clients reach it (default: the address).
    #[arg(long)]
    pub host: Option<String>,
}

/// Computes parts of registers. There is no authentication: private networks only.
#[cfg(feature = "cluster")]
#[derive(Debug, Args)]
pub(crate) struct ExecutorArgs {
    /// HOST:PORT of the scheduler.
    #[arg(long, default_value = "127.0.0.1:50050")]
    pub scheduler: String,
    /// Address to listen on; the next port is used too.
    #[arg(long, default_value = "127.0.0.1:50051")]
    pub bind: std::net::SocketAddr,
    /// Name under which scheduler and clients reach it (default: the address).
    #[arg(long)]
    pub host: Option<String>,
    /// Parts at once.
    #[arg(long, default_value_t = 2)]
    pub threads: usize,
    /// Scratch folder of its own (default: one in the system's temporary folder).
    #[arg(long)]
    pub scratch: Option<PathBuf>,
}

/// An option goes before its variable, and that before the file.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Configuration as a TOML file (docs/operations.md); what stands here or in the environment goes before it.
    #[arg(long, env = "FUPIN_CONFIG")]
    pub config: Option<PathBuf>,
    /// Folder of the programme definition.
    #[arg(long, env = "FUPIN_PROGRAMME")]
    pub programme: Option<PathBuf>,
    /// The data folder that `fupin import --records` filled.
    #[arg(long, env = "FUPIN_DATA")]
    pub data: Option<PathBuf>,
    /// The register that `fupin import --out` wrote: rules can be tried on it.
    #[arg(long, env = "FUPIN_REGISTER")]
    pub register: Option<PathBuf>,
    /// Address to listen on (default: 127.0.0.1:8080).
    #[arg(long, env = "FUPIN_LISTEN")]
    pub listen: Option<std::net::SocketAddr>,
    /// The database of the records: `sqlite:FILE` or `postgres://…` (default: `records.db` in the data folder).
    #[arg(long, env = "FUPIN_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// Pages are reached over TLS: cookies are sent over nothing else.
    #[arg(long, env = "FUPIN_SECURE", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub secure: Option<bool>,
    /// Addresses of the reverse proxies whose X-Forwarded-For is believed, with commas.
    #[arg(long, env = "FUPIN_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Option<Vec<std::net::IpAddr>>,
    /// Partners that ask in signed messages under /api/dci/v1, as a TOML file (docs/dci.md).
    #[arg(long, env = "FUPIN_PARTNERS")]
    pub partners: Option<PathBuf>,
    /// Answers and events may be sent to addresses of private networks, and without TLS.
    #[arg(long, env = "FUPIN_SEND_TO_PRIVATE", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    pub send_to_private: Option<bool>,
    /// Opens /metrics to whoever sends it as bearer token (default: to this machine only).
    #[arg(long, env = "FUPIN_METRICS_TOKEN", hide_env_values = true)]
    pub metrics_token: Option<String>,
    /// Accounts with known passwords and some cases, to look at. Never where real people are on record.
    #[arg(long)]
    pub demo: bool,
    /// Days that the clock of a demonstration runs ahead, so that terms and notices end.
    #[arg(long, default_value_t = 0, requires = "demo")]
    pub days_ahead: u16,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// The data folder that `fupin import --records` filled.
    #[arg(long)]
    pub data: PathBuf,
    /// The database of the records: `sqlite:FILE` or `postgres://…` (default: `records.db` in the data folder).
    #[arg(long, env = "FUPIN_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// Folder of the programme definition.
    #[arg(long)]
    pub programme: PathBuf,
    /// The data folder that `fupin import --records` filled.
    #[arg(long)]
    pub data: PathBuf,
    /// The database of the records: `sqlite:FILE` or `postgres://…` (default: `records.db` in the data folder).
    #[arg(long, env = "FUPIN_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// Folder of the files; counties that stand in it as they would be written are left alone.
    #[arg(long)]
    pub to: PathBuf,
    /// As the records knew it at the end of this day (default: now).
    #[arg(long)]
    pub as_of: Option<NaiveDate>,
    /// With names, numbers and accounts; without, people go out under the numbers of household and member.
    #[arg(long, requires = "reason")]
    pub with_personal: bool,
    /// What for: stands in the access log of every household.
    #[arg(long, requires = "with_personal")]
    pub reason: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct CopyArgs {
    /// The database with the records: `sqlite:FILE` or `postgres://…`; it is only read.
    #[arg(long)]
    pub from: String,
    /// The empty database that gets them: `sqlite:FILE` (made if missing) or `postgres://…`.
    #[arg(long)]
    pub to: String,
}

#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    /// The data folder that `fupin import --records` filled.
    #[arg(long)]
    pub data: PathBuf,
    /// The database of the records: `sqlite:FILE` or `postgres://…` (default: `records.db` in the data folder).
    #[arg(long, env = "FUPIN_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// The file; it must not be there yet.
    #[arg(long)]
    pub to: PathBuf,
    /// Leave the keys out: without those of the data folder nobody reads names and numbers of this backup.
    #[arg(long)]
    pub without_keys: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// A file that `fupin backup` wrote.
    #[arg(long)]
    pub from: PathBuf,
    /// The data folder; it must be empty or not there.
    #[arg(long)]
    pub data: PathBuf,
    /// An empty database for the records: `sqlite:FILE` or `postgres://…` (default: `records.db` in the data folder).
    #[arg(long, env = "FUPIN_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// Folder with the keys of a backup that was made without them.
    #[arg(long)]
    pub keys: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct EraseArgs {
    /// Folder of the programme definition; its [retention] says how long names are kept.
    #[arg(long)]
    pub programme: PathBuf,
    /// The data folder that `fupin import --records` filled.
    #[arg(long)]
    pub data: PathBuf,
    /// The database of the records: `sqlite:FILE` or `postgres://…` (default: `records.db` in the data folder).
    #[arg(long, env = "FUPIN_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// Number of the household.
    #[arg(long)]
    pub household: String,
    /// Six digits; needed only where the number stands in several counties.
    #[arg(long)]
    pub county: Option<String>,
    /// Why; it stands in the records for good, so name nobody.
    #[arg(long)]
    pub reason: String,
}

#[derive(Debug, Args)]
pub(crate) struct RotateKeysArgs {
    /// The data folder that `fupin import --records` filled.
    #[arg(long)]
    pub data: PathBuf,
    /// The database of the records: `sqlite:FILE` or `postgres://…` (default: `records.db` in the data folder).
    #[arg(long, env = "FUPIN_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct EvaluateArgs {
    #[command(flatten)]
    pub source: Source,
    /// Folder of results made by `fupin identify`.
    #[arg(long)]
    pub assessments: PathBuf,
    /// Folder or file of verified outcomes (default: those of the data).
    #[arg(long)]
    pub truth: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct SimulateArgs {
    #[arg(long, default_value_t = 20_000)]
    pub households: u64,
    #[arg(long, default_value_t = 20_200_213)]
    pub seed: u64,
    /// Folder of the files.
    #[arg(long)]
    pub out: PathBuf,
    /// Folder of the programme the files are for.
    #[arg(long)]
    pub programme: PathBuf,
    /// 31 provinces with few columns, written as a register (OUT/register), for measurements at national scale.
    #[arg(long)]
    pub national: bool,
    /// Households whose verified outcome is part of the data, as a sample survey would give it.
    #[arg(long, default_value_t = 2_000)]
    pub verified: u64,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// Household key.
    pub household: String,
    #[command(flatten)]
    pub source: Source,
    /// A model made by `fupin train`.
    #[arg(long)]
    pub model: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct FeaturesArgs {
    #[command(flatten)]
    pub source: Source,
    /// Which model of the programme (default: the first).
    #[arg(long)]
    pub model: Option<String>,
}
