//! Pages for officials, cadres, households and the public.
//!
//! [`view`] turns plain structs into HTML, [`text`] holds every sentence in both languages, [`asset`] the style sheet and the scripts.
//! [`site`] answers requests: it asks `app` what this visitor may see and do, fills the structs and shows the views.
//! Views know no database, no clock and no request: who may see what was decided before a struct is filled.

pub mod asset;
pub mod site;
pub mod text;
pub mod view;
