//! Who looked at a household, and under which purpose.

use maud::{Markup, html};

use super::household::{Look, looks};
use crate::view::layout::{Frame, Head, Menu, desk};
use crate::view::part::Link;
use crate::view::table::{Paging, paging};

/// The log of one household, or of one account.
#[derive(Debug, Clone)]
pub struct Access {
    pub household: Option<Link>,
    /// What was searched for.
    pub text: String,
    /// Whose looks were searched for.
    pub account: String,
    pub looks: Vec<Look>,
    pub paging: Paging,
}

#[must_use]
pub fn page(frame: &Frame, view: &Access) -> Markup {
    let w = frame.words();
    let body = html! {
        form.filter action=(Menu::Access.href()) method="get" role="search" {
            div { label for="f-household" { (w.get("access.search")) } input #f-household type="search" name="household" value=(view.text); }
            div { label for="f-account" { (w.get("access.by_account")) } input #f-account type="search" name="account" value=(view.account); }
            button type="submit" { (w.get("common.search")) }
        }
        @if let Some(household) = &view.household { p { (household.show()) } }
        (looks(w, &view.looks))
        (paging(w, &view.paging))
        p.note { (w.get("access.note")) }
    };
    desk(frame, &Head { wide: true, ..Head::new(w.get("access.title")).at(Menu::Access) }, &body)
}
