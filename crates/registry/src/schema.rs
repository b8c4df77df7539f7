//! The registry's tables. Every key begins with the county: it is the partition key of a partitioned or distributed PostgreSQL.

use database::Migration;

/// Versions 1 to 99 of the one sequence.
pub const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "households", sql: HOUSEHOLDS },
    Migration { version: 2, name: "spells", sql: SPELLS },
    Migration { version: 3, name: "cases", sql: CASES },
    Migration { version: 4, name: "declarations", sql: DECLARATIONS },
    Migration { version: 5, name: "observations", sql: OBSERVATIONS },
    Migration { version: 6, name: "assessments", sql: ASSESSMENTS },
    Migration { version: 7, name: "erasures", sql: ERASURES },
    Migration { version: 8, name: "working lists", sql: WORKING_LISTS },
];

const HOUSEHOLDS: &str = "
create table household (
  county text not null,
  household_id text not null,
  village text not null,
  status text not null,
  people bigint not null,
  version bigint not null,
  at bigint not null,
  digest bytea not null,
  primary key (county, household_id)
);
create index household_by_village on household (county, village, household_id);
create table household_version (
  county text not null,
  household_id text not null,
  version bigint not null,
  at bigint not null,
  actor text not null,
  event text not null,
  doc text not null,
  primary key (county, household_id, version)
);
create table household_key (
  county text not null,
  household_id text not null,
  sealed bytea not null,
  primary key (county, household_id)
);
create table identity (
  county text not null,
  household_id text not null,
  at bigint not null,
  sealed bytea not null,
  primary key (county, household_id)
);
create table identity_index (
  county text not null,
  what text not null,
  digest bytea not null,
  household_id text not null,
  person_id text not null,
  primary key (county, what, digest, household_id, person_id)
);
create index identity_index_by_household on identity_index (county, household_id);
create table lineage (
  county text not null,
  household_id text not null,
  kind text not null,
  other_county text not null,
  other_household text not null,
  on_day text not null,
  at bigint not null,
  actor text not null,
  primary key (county, household_id, kind, other_county, other_household)
);
";

const DECLARATIONS: &str = "
create table declaration (
  county text not null,
  declaration_id text not null,
  village text not null,
  state text not null,
  due_on text not null,
  at bigint not null,
  actor text not null,
  household_id text,
  case_id text,
  answered_by text,
  wrapped bytea not null,
  sealed bytea not null,
  primary key (county, declaration_id)
);
create index declaration_by_state on declaration (county, state, due_on, declaration_id);
create index declaration_by_case on declaration (county, case_id);
";

const OBSERVATIONS: &str = "
create table observation (
  county text not null,
  household_id text not null,
  number bigint not null,
  case_id text not null,
  on_day text not null,
  at bigint not null,
  actor text not null,
  doc text not null,
  photo bytea,
  primary key (county, household_id, number)
);
";

const ASSESSMENTS: &str = "
create table assessment_run (
  county text not null,
  run_id text not null,
  as_of text not null,
  programme text not null,
  model text not null,
  register text not null,
  actor text not null,
  at bigint not null,
  households bigint not null,
  admit bigint not null,
  keep bigint not null,
  verify bigint not null,
  review_removal bigint not null,
  primary key (county, run_id)
);
create table assessment (
  county text not null,
  run_id text not null,
  household_id text not null,
  village text not null,
  proposal text not null,
  priority bigint not null,
  doc text not null,
  primary key (county, household_id, run_id)
);
create index assessment_by_proposal on assessment (county, run_id, proposal, priority, household_id);
create index assessment_by_village on assessment (county, run_id, village, proposal);
";

const ERASURES: &str = "
create table erasure (
  county text not null,
  household_id text not null,
  at bigint not null,
  actor text not null,
  reason text not null,
  primary key (county, household_id, at)
);
";

const SPELLS: &str = "
create table spell (
  county text not null,
  household_id text not null,
  number bigint not null,
  opened_on text not null,
  opened_by text not null,
  closed_on text,
  closed_by text,
  closed_how text,
  at bigint not null,
  primary key (county, household_id, number)
);
";

const CASES: &str = "
create table case_file (
  county text not null,
  case_id text not null,
  household_id text not null,
  village text not null,
  procedure text not null,
  state text not null,
  step text not null,
  due_on text not null,
  flagged boolean not null,
  version bigint not null,
  opened_at bigint not null,
  primary key (county, case_id)
);
create index case_by_due on case_file (county, due_on, case_id);
create index case_by_household on case_file (county, household_id);
create table case_event (
  county text not null,
  case_id text not null,
  number bigint not null,
  at bigint not null,
  actor text not null,
  doc text not null,
  primary key (county, case_id, number)
);
create table snapshot (
  county text not null,
  case_id text not null,
  digest text not null,
  at bigint not null,
  doc text not null,
  primary key (county, case_id, digest)
);
";

const WORKING_LISTS: &str = "
create index household_by_status on household (status, county, village, household_id);
create index assessment_by_place on assessment (county, run_id, proposal, village, household_id);
create table assessment_cause (
  county text not null,
  run_id text not null,
  cause text not null,
  village text not null,
  household_id text not null,
  place bigint not null,
  inside bigint not null,
  primary key (county, run_id, cause, village, household_id)
);
create table assessment_cause_count (
  county text not null,
  run_id text not null,
  village text not null,
  cause text not null,
  households bigint not null,
  primary key (county, run_id, village, cause)
);
";
