//! Signing in: officials with a password and a code, households with a code by message or the secret on their card.

use maud::{Markup, html};

use crate::view::form::{Choice, Field, Form, Input, field, open, problems, submit};
use crate::view::layout::{Frame, Head, desk, public};

/// The first page of an official: fields `user`, `password`.
#[derive(Debug, Clone)]
pub struct SignIn {
    pub form: Form,
}

#[must_use]
pub fn page(frame: &Frame, view: &SignIn) -> Markup {
    let w = frame.words();
    let form = &view.form;
    let body = html! {
        (problems(form, w))
        (open(form, &html! {
            (field(form, &Field::new("user", w.get("sign_in.user"), Input::User), w))
            (field(form, &Field::new("password", w.get("sign_in.password"), Input::Password), w))
            (submit(w.get("sign_in.next")))
        }))
    };
    desk(frame, &Head::new(w.get("sign_in.title")).failed(form.failed()), &body)
}

/// The second page of an official: field `code`.
#[derive(Debug, Clone)]
pub struct SecondFactor {
    pub form: Form,
}

#[must_use]
pub fn second_factor(frame: &Frame, view: &SecondFactor) -> Markup {
    let w = frame.words();
    let form = &view.form;
    let body = html! {
        (problems(form, w))
        (open(form, &html! {
            (field(form, &Field::new("code", w.get("sign_in.code"), Input::Code).hint(w.get("sign_in.code_hint")), w))
            (submit(w.get("sign_in.sign_in")))
        }))
        p.note { (w.get("sign_in.lost_device")) }
    };
    desk(frame, &Head::new(w.get("sign_in.second_title")).failed(form.failed()), &body)
}

/// What a household has at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HouseholdStage {
    /// Asks for the household's number and how it will prove itself: fields `household`, `way` (`message` or `card`).
    Number,
    /// A code was sent: field `code`.
    Message,
    /// The secret under the scratch field of the card: field `secret`.
    Card,
}

/// How a household signs in; never by a picture puzzle.
#[derive(Debug, Clone)]
pub struct HouseholdSignIn {
    pub form: Form,
    pub stage: HouseholdStage,
    /// Where a code was sent, masked.
    pub telephone: Option<String>,
}

#[must_use]
pub fn household(frame: &Frame, view: &HouseholdSignIn) -> Markup {
    let w = frame.words();
    let form = &view.form;
    let ways = [Choice::new("message", w.get("sign_in.by_message")), Choice::new("card", w.get("sign_in.by_card"))];
    let fields = match view.stage {
        HouseholdStage::Number => html! {
            (field(form, &Field::new("household", w.get("sign_in.household"), Input::Text).hint(w.get("sign_in.household_hint")), w))
            (field(form, &Field::new("way", w.get("sign_in.way"), Input::Radios(&ways)), w))
        },
        HouseholdStage::Message => html! {
            p { (w.fill("sign_in.sent_to", &[("telephone", view.telephone.as_deref().unwrap_or_default())])) }
            (field(form, &Field::new("code", w.get("sign_in.message_code"), Input::Code), w))
        },
        HouseholdStage::Card => html! {
            (field(form, &Field::new("secret", w.get("sign_in.card_secret"), Input::Password).hint(w.get("sign_in.card_hint")), w))
        },
    };
    let body = html! {
        (problems(form, w))
        (open(form, &html! { (fields) (submit(w.get("sign_in.next"))) }))
        p.note { (w.get("sign_in.help")) }
    };
    public(frame, &Head::new(w.get("sign_in.household_title")).failed(form.failed()), &body)
}
