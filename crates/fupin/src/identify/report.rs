//! One self-contained HTML file.

use std::path::Path;

use super::summary::Summary;
use crate::failure::{Failure, Result};

pub(crate) fn write(out: &Path, summary: &Summary) -> Result<()> {
    let path = out.join("report.html");
    let page = maud::html! { h1 { (summary.title.zh) } };
    std::fs::write(&path, page.into_string()).map_err(Failure::file(&path))
}
