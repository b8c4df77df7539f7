//! An invented township: every page with plausible content, in both languages. Shared by the gallery and the tests.

#[path = "sample/desk.rs"]
mod desk;
#[path = "sample/people.rs"]
mod people;
#[path = "sample/phone.rs"]
mod phone;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use kernel::Language;
use maud::Markup;
use web::view::layout::{Frame, Menu, Visitor};
use web::view::part::Link;

/// A page of the gallery.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) markup: Markup,
}

/// Which budget a page must keep.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Desk,
    Phone,
    Public,
}

/// Makes the pages of one language.
#[derive(Clone, Copy)]
pub(crate) struct Maker {
    pub(crate) language: Language,
}

impl Maker {
    pub(crate) fn t(self, zh: &str, en: &str) -> String {
        match self.language {
            Language::Zh => zh.to_owned(),
            Language::En => en.to_owned(),
        }
    }

    pub(crate) fn link(self, zh: &str, en: &str, href: &str) -> Link {
        Link::new(self.t(zh, en), href)
    }

    pub(crate) fn trail(self) -> Vec<Link> {
        vec![self.link("清水县", "Qingshui County", "overview"), self.link("石桥镇", "Shiqiao Township", "households")]
    }

    fn frame(self, name: &str, visitor: Option<Visitor>, menu: &[Menu]) -> Frame {
        Frame { language: self.language, path: format!("/gallery/{name}"), visitor, menu: menu.to_vec() }
    }

    pub(crate) fn official(self, name: &str) -> Frame {
        let visitor = Visitor {
            name: self.t("陈建国", "Chen Jianguo"),
            role: self.t("清水县乡村振兴局", "Qingshui County office"),
            account: "u1".to_owned(),
            csrf: "token".to_owned(),
        };
        self.frame(name, Some(visitor), &Menu::DESK)
    }

    pub(crate) fn cadre(self, name: &str) -> Frame {
        let visitor = Visitor {
            name: self.t("李秀英", "Li Xiuying"),
            role: self.t("上河村", "Shanghe Village"),
            account: "u2".to_owned(),
            csrf: "token".to_owned(),
        };
        self.frame(name, Some(visitor), &Menu::PHONE)
    }

    pub(crate) fn anybody(self, name: &str) -> Frame {
        self.frame(name, None, &[])
    }
}

pub(crate) fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap_or_default()
}

pub(crate) fn at(month: u32, number: u32, hour: u32, minute: u32) -> NaiveDateTime {
    day(month, number).and_time(NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default())
}

/// Every page.
pub(crate) fn pages(language: Language) -> Vec<Sample> {
    let maker = Maker { language };
    let mut out = people::pages(maker);
    out.extend(desk::pages(maker));
    out.extend(phone::pages(maker));
    out
}

pub(crate) fn sample(name: &'static str, kind: Kind, markup: Markup) -> Sample {
    Sample { name, kind, markup }
}
