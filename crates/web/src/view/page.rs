//! One file per page: the struct it is made of and the function that renders it.

pub mod access;
pub mod bulk;
pub mod case;
pub mod case_list;
pub mod declare;
pub mod failure;
pub mod household;
pub mod household_list;
pub mod import;
pub mod meeting;
pub mod mine;
pub mod notice;
pub mod outcome;
pub mod overview;
pub mod procedure;
pub mod programme;
pub mod proposals;
pub mod run;
pub mod sign_in;
pub mod totals;
pub mod users;
pub mod visit;
pub mod visits_today;
pub mod word;
