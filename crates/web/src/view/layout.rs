//! The frame of every page: for the desk, for the phone and for the public.

use kernel::Language;
use maud::{DOCTYPE, Markup, html};

use crate::asset;
use crate::text::Words;

use super::part::Link;

/// Who is signed in.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Name as it stands on the page.
    pub name: String,
    /// Role and area in words.
    pub role: String,
    /// Opaque id of the account: visits that wait on a shared phone are sent only for their author.
    pub account: String,
    /// Token that the sign-out form carries.
    pub csrf: String,
}

/// A place of the desk menu or of the phone's bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Menu {
    Overview,
    Households,
    Cases,
    Notices,
    Runs,
    Imports,
    Programme,
    Users,
    Access,
    Today,
    Meeting,
    Declare,
}

impl Menu {
    /// What an official finds at the side.
    pub const DESK: [Self; 9] = [
        Self::Overview,
        Self::Households,
        Self::Cases,
        Self::Notices,
        Self::Runs,
        Self::Imports,
        Self::Programme,
        Self::Users,
        Self::Access,
    ];
    /// What a cadre finds at the bottom.
    pub const PHONE: [Self; 3] = [Self::Today, Self::Meeting, Self::Declare];

    #[must_use]
    pub fn href(self) -> &'static str {
        match self {
            Self::Overview => "/desk",
            Self::Households => "/households",
            Self::Cases => "/cases",
            Self::Notices => "/notices",
            Self::Runs => "/runs",
            Self::Imports => "/imports",
            Self::Programme => "/programme",
            Self::Users => "/users",
            Self::Access => "/access",
            Self::Today => "/visits",
            Self::Meeting => "/meetings",
            Self::Declare => "/declare",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Overview => "menu.overview",
            Self::Households => "menu.households",
            Self::Cases => "menu.cases",
            Self::Notices => "menu.notices",
            Self::Runs => "menu.runs",
            Self::Imports => "menu.imports",
            Self::Programme => "menu.programme",
            Self::Users => "menu.users",
            Self::Access => "menu.access",
            Self::Today => "menu.today",
            Self::Meeting => "menu.meeting",
            Self::Declare => "menu.declare",
        }
    }
}

/// What every page needs beside its own struct.
#[derive(Debug, Clone)]
pub struct Frame {
    pub language: Language,
    /// Path and query of this page without `language`: the language switch leads back here.
    pub path: String,
    pub visitor: Option<Visitor>,
    /// Places that the visitor may open; empty for the public.
    pub menu: Vec<Menu>,
}

impl Frame {
    #[must_use]
    pub fn words(&self) -> Words {
        Words::new(self.language)
    }

    fn other_language(&self) -> String {
        let other = match self.language {
            Language::Zh => "en",
            Language::En => "zh",
        };
        let mark = if self.path.contains('?') { '&' } else { '?' };
        format!("{}{mark}language={other}", self.path)
    }
}

/// What a page says about itself to its frame.
#[derive(Debug, Clone, Default)]
pub struct Head {
    pub title: String,
    /// A form on the page was refused: the title says so first.
    pub failed: bool,
    /// The entry of the menu the page belongs to.
    pub here: Option<Menu>,
    /// Steps from the start to the page above this one.
    pub trail: Vec<Link>,
    /// Loads the script for visits without a connection.
    pub offline: bool,
    /// Wide tables: the page uses the whole width of the desk.
    pub wide: bool,
}

impl Head {
    #[must_use]
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    #[must_use]
    pub fn at(self, here: Menu) -> Self {
        Self { here: Some(here), ..self }
    }

    #[must_use]
    pub fn under(self, trail: Vec<Link>) -> Self {
        Self { trail, ..self }
    }

    #[must_use]
    pub fn failed(self, failed: bool) -> Self {
        Self { failed, ..self }
    }
}

/// A page of the desk: menu at the side, trail and search on top.
#[must_use]
pub fn desk(frame: &Frame, head: &Head, body: &Markup) -> Markup {
    let w = frame.words();
    let inside = html! {
        header.top {
            a.brand href="/desk" { (w.get("common.product")) }
            @if frame.visitor.is_some() {
                form.search role="search" action="/search" method="get" {
                    label.hidden for="search" { (w.get("common.search_label")) }
                    input #search type="search" name="q" placeholder=(w.get("common.search_hint")) autocomplete="off";
                    button type="submit" { (w.get("common.search")) }
                }
            }
            (account(frame, w))
        }
        div.columns {
            @if !frame.menu.is_empty() { nav.side aria-label=(w.get("common.menu")) { (menu(&frame.menu, head.here, w)) } }
            main #main tabindex="-1" { (trail(&head.trail, w)) h1 { (head.title) } (body) }
        }
    };
    shell(frame, head, "desk", &inside)
}

/// A page for the phone: large type, bar at the bottom.
#[must_use]
pub fn phone(frame: &Frame, head: &Head, body: &Markup) -> Markup {
    let w = frame.words();
    let inside = html! {
        header.top { a.brand href="/visits" { (w.get("common.product")) } (account(frame, w)) }
        main #main tabindex="-1" { (trail(&head.trail, w)) h1 { (head.title) } (body) }
        @if !frame.menu.is_empty() { nav.bottom aria-label=(w.get("common.menu")) { (menu(&on_phone(&frame.menu), head.here, w)) } }
    };
    shell(frame, head, "phone", &inside)
}

/// A page for households and the public.
#[must_use]
pub fn public(frame: &Frame, head: &Head, body: &Markup) -> Markup {
    let w = frame.words();
    let inside = html! {
        header.top { a.brand href="/" { (w.get("common.product")) } (account(frame, w)) }
        main #main tabindex="-1" { (trail(&head.trail, w)) h1 { (head.title) } (body) }
        footer.foot {
            nav aria-label=(w.get("common.public_menu")) {
                a href="/declare" { (w.get("public.declare")) }
                a href="/mine" { (w.get("public.mine")) }
                a href="/notices" { (w.get("public.notices")) }
                a href="/totals" { (w.get("public.totals")) }
                a href="/procedure" { (w.get("public.procedure")) }
            }
            p { (w.get("public.hotline")) }
        }
    };
    shell(frame, head, "public", &inside)
}

fn shell(frame: &Frame, head: &Head, kind: &'static str, inside: &Markup) -> Markup {
    let w = frame.words();
    let (lang, other, name) = match frame.language {
        Language::Zh => ("zh-CN", "en", "common.in_english"),
        Language::En => ("en", "zh-CN", "common.in_chinese"),
    };
    html! {
        (DOCTYPE)
        html lang=(lang) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                @if kind != "public" { meta name="robots" content="noindex"; }
                title { @if head.failed { (w.get("common.error_prefix")) } (head.title) " – " (w.get("common.product")) }
                link rel="stylesheet" href=(asset::href(asset::STYLE));
                link rel="icon" href=(asset::href(asset::ICON)) type="image/svg+xml";
                script src=(asset::href(asset::APP)) defer {}
                @if head.offline { script src=(asset::href(asset::VISIT)) defer {} }
            }
            body.(kind).wide[head.wide] data-account=[frame.visitor.as_ref().map(|v| v.account.as_str())] {
                a.skip href="#main" { (w.get("common.skip")) }
                p.language { a href=(frame.other_language()) lang=(other) hreflang=(other) { (w.get(name)) } }
                (inside)
            }
        }
    }
}

fn account(frame: &Frame, w: Words) -> Markup {
    html! {
        @if let Some(visitor) = &frame.visitor {
            form.account action="/sign-out" method="post" data-sign-out="" {
                span { strong { (visitor.name) } " " span.soft { (visitor.role) } }
                input type="hidden" name="csrf" value=(visitor.csrf);
                button.quiet type="submit" { (w.get("common.sign_out")) }
            }
        }
    }
}

/// A thumb reaches few entries: what is done on the way, and the overview, from which the rest is reached.
fn on_phone(entries: &[Menu]) -> Vec<Menu> {
    entries.iter().copied().filter(|entry| Menu::PHONE.contains(entry) || *entry == Menu::Overview).collect()
}

fn menu(entries: &[Menu], here: Option<Menu>, w: Words) -> Markup {
    html! {
        ul {
            @for entry in entries {
                li { a href=(entry.href()) aria-current=[(here == Some(*entry)).then_some("page")] { (w.get(entry.text())) } }
            }
        }
    }
}

fn trail(trail: &[Link], w: Words) -> Markup {
    html! {
        @if !trail.is_empty() {
            nav.trail aria-label=(w.get("common.trail")) { ol { @for step in trail { li { (step.show()) } } } }
        }
    }
}
