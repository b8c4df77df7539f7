//! Pages for officials, cadres, households and the public.
//!
//! [`view`] turns plain structs into HTML, [`text`] holds every sentence in both languages, [`asset`] the style sheet and the scripts.
//! [`api`] answers programs, with the same processes and permissions.
//! [`site`] answers requests: it asks `app` what this visitor may see and do, fills the structs and shows the views.
//! Views know no database, no clock and no request: who may see what was decided before a struct is filled.

pub mod api;
pub mod asset;
mod questionnaire;
pub mod site;
pub mod text;
pub mod view;
mod work;
