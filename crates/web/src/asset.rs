//! Files that pages load: style sheet, scripts, icon. The hash of the content stands in the name, so they can be kept for good.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

/// Names of the files; [`href`] gives their address.
pub const STYLE: &str = "style.css";
pub const APP: &str = "app.js";
pub const VISIT: &str = "visit.js";
pub const ICON: &str = "icon.svg";
/// The service worker keeps one address, because the browser asks there for its successor.
pub const WORKER: &str = "sw.js";

/// The policy under which every page works: nothing inline, nothing from elsewhere.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data: blob:; \
    connect-src 'self'; form-action 'self'; worker-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A file with what its answer says about it.
#[derive(Debug, Clone)]
pub struct Asset {
    /// Name in the source.
    pub name: &'static str,
    /// Address, with the hash of the content for all but the service worker.
    pub path: String,
    pub bytes: Vec<u8>,
    pub content_type: &'static str,
    pub cache_control: &'static str,
    /// Strong tag, with its quotes.
    pub etag: String,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let mut assets = vec![
        hashed(STYLE, include_str!("asset/style.css"), "text/css; charset=utf-8"),
        hashed(APP, include_str!("asset/app.js"), "text/javascript; charset=utf-8"),
        hashed(VISIT, include_str!("asset/visit.js"), "text/javascript; charset=utf-8"),
        hashed(ICON, include_str!("asset/icon.svg"), "image/svg+xml"),
    ];
    let list: Vec<&str> = assets.iter().map(|asset| asset.path.as_str()).collect();
    let worker = include_str!("asset/sw.js").replace("__ASSETS__", &serde_json::json!(list).to_string());
    assets.push(Asset {
        path: "/sw.js".to_owned(),
        cache_control: "no-cache",
        ..hashed(WORKER, &worker, "text/javascript; charset=utf-8")
    });
    assets
});

fn hashed(name: &'static str, text: &str, content_type: &'static str) -> Asset {
    let digest = Sha256::digest(text.as_bytes());
    let hash: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let (stem, ending) = name.split_once('.').unwrap_or((name, ""));
    Asset {
        name,
        path: format!("/asset/{stem}.{hash}.{ending}"),
        bytes: text.as_bytes().to_vec(),
        content_type,
        cache_control: "public, max-age=31536000, immutable",
        etag: format!("\"{hash}\""),
    }
}

/// All files.
#[must_use]
pub fn all() -> &'static [Asset] {
    &ASSETS
}

/// The file at an address.
#[must_use]
pub fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.path == path)
}

/// The address of a file.
#[must_use]
pub fn href(name: &str) -> &'static str {
    ASSETS.iter().find(|asset| asset.name == name).map_or("", |asset| asset.path.as_str())
}

#[cfg(test)]
mod tests;
