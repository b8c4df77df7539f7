//! Every page of the gallery, in both languages, against the rules that hold for all of them.

#[path = "../examples/gallery/sample.rs"]
mod sample;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};
    use kernel::Language;
    use web::{asset, text};

    use super::sample::{Kind, Sample, pages};

    fn all() -> Vec<(Language, Sample)> {
        let of = |language| pages(language).into_iter().map(move |page| (language, page));
        of(Language::Zh).chain(of(Language::En)).collect()
    }

    fn gzip(bytes: &[u8]) -> usize {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap().len()
    }

    #[test]
    fn every_page_renders_in_both_languages() {
        let names: BTreeSet<_> = pages(Language::Zh).iter().map(|page| page.name).collect();
        assert_eq!(names.len(), pages(Language::Zh).len());
        for (language, page) in all() {
            let html = page.markup.into_string();
            let lang = match language {
                Language::Zh => "<html lang=\"zh-CN\">",
                Language::En => "<html lang=\"en\">",
            };
            assert!(html.starts_with("<!DOCTYPE html>") && html.contains(lang), "{}", page.name);
            assert_eq!(html.matches("<h1>").count(), 1, "{}", page.name);
            assert_eq!(html.matches("<main").count(), 1, "{}", page.name);
        }
    }

    #[test]
    fn no_key_is_shown_and_no_chinese_in_english() {
        let keys: Vec<&str> = text::keys(Language::En);
        for (language, page) in all() {
            let html = page.markup.into_string();
            for key in &keys {
                assert!(!html.contains(&format!(">{key}<")) && !html.contains(&format!(" {key} ")), "{}: {key}", page.name);
            }
            if language == Language::En {
                let text = html.replace("中文", "");
                let found: String = text.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).collect();
                assert!(found.is_empty(), "{}: {found}", page.name);
            }
        }
    }

    #[test]
    fn what_was_entered_is_escaped() {
        for (_, page) in all() {
            let html = page.markup.into_string();
            assert!(!html.contains("<script>") && !html.contains("<b>Zhang") && !html.contains("<b>张"), "{}", page.name);
        }
    }

    #[test]
    fn nothing_is_inline() {
        for (_, page) in all() {
            let html = page.markup.into_string();
            for forbidden in [" style=", "<style", " onclick", " onload", " onsubmit", "javascript:", "http://fonts"] {
                assert!(!html.contains(forbidden), "{}: {forbidden}", page.name);
            }
            for script in html.split("<script").skip(1) {
                assert!(script.starts_with(" src=\"/asset/") && script.contains("defer></script>"), "{}", page.name);
            }
        }
    }

    #[test]
    fn every_posting_form_carries_token_and_key() {
        for (_, page) in all() {
            let html = page.markup.into_string();
            for form in html.split("<form").skip(1).filter_map(|rest| rest.split("</form>").next()) {
                if form.contains("method=\"post\"") {
                    assert!(form.contains("name=\"csrf\""), "{}", page.name);
                    assert!(form.contains("name=\"key\"") || form.contains("data-sign-out"), "{}", page.name);
                }
            }
        }
    }

    #[test]
    fn ids_are_unique_and_what_refers_to_them_finds_them() {
        for (_, page) in all() {
            let html = page.markup.into_string();
            let mut ids = BTreeSet::new();
            for id in html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(ids.insert(id.to_owned()), "{}: {id} twice", page.name);
            }
            for attribute in [" for=\"", " aria-describedby=\"", " aria-labelledby=\"", "href=\"#"] {
                for value in html.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()) {
                    for id in value.split(' ').filter(|id| !id.is_empty()) {
                        assert!(ids.contains(id), "{}: {attribute}{id}", page.name);
                    }
                }
            }
        }
    }

    #[test]
    fn first_loads_keep_their_budgets() {
        let size = |name: &str| gzip(&asset::find(asset::href(name)).unwrap().bytes);
        let shared = size(asset::STYLE) + size(asset::APP) + size(asset::ICON);
        let offline = size(asset::VISIT) + gzip(&asset::find("/sw.js").unwrap().bytes);
        for (_, page) in all() {
            let total = gzip(page.markup.into_string().as_bytes()) + shared + offline;
            let budget = match page.kind {
                Kind::Desk => 250 * 1024,
                Kind::Phone | Kind::Public => 50 * 1024,
            };
            assert!(total <= budget, "{}: {total}", page.name);
        }
    }

    /// The public never sees identities, telephones of households or health, whatever the page.
    #[test]
    fn notices_name_no_identities() {
        for (_, page) in all().into_iter().filter(|(_, page)| page.name == "notice") {
            let html = page.markup.into_string();
            let longest = html.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap();
            assert!(longest < 11, "{longest}");
            assert!(!html.contains("****"));
        }
    }
}
