use std::io::Write;

use flate2::{Compression, write::GzEncoder};

use super::*;

fn gzip(bytes: &[u8]) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap().len()
}

#[test]
fn names_carry_the_content() {
    for asset in all() {
        assert_eq!(find(&asset.path).unwrap().name, asset.name);
        assert!(asset.path == "/sw.js" || asset.path.contains(asset.etag.trim_matches('"')), "{}", asset.path);
        assert!(!asset.bytes.is_empty());
    }
    assert!(find("/asset/nothing").is_none());
    assert!(href(STYLE).starts_with("/asset/style."));
}

#[test]
fn the_worker_knows_every_file_and_is_asked_for_anew() {
    let worker = find("/sw.js").unwrap();
    let text = String::from_utf8(worker.bytes.clone()).unwrap();
    assert!(!text.contains("__ASSETS__"));
    for asset in all().iter().filter(|asset| asset.name != WORKER) {
        assert!(text.contains(&asset.path), "{}", asset.path);
    }
    assert_eq!(worker.cache_control, "no-cache");
}

#[test]
fn scripts_stay_small() {
    let scripts: usize = all().iter().filter(|asset| asset.content_type.contains("javascript")).map(|asset| gzip(&asset.bytes)).sum();
    assert!(scripts <= 30 * 1024, "{scripts} bytes");
    let style = gzip(&find(href(STYLE)).unwrap().bytes);
    assert!(style <= 16 * 1024, "{style} bytes");
}

#[test]
fn scripts_hold_no_texts_and_no_addresses_elsewhere() {
    for asset in all() {
        let text = String::from_utf8(asset.bytes.clone()).unwrap();
        assert!(!text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{}", asset.name);
        assert!(!text.replace("http://www.w3.org/2000/svg", "").contains("://"), "{}", asset.name);
    }
}
