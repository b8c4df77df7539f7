//! Who asks, in which language, from where.

use std::sync::Arc;

use app::{Action, Context, Principal, Session, Token, purpose};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri, header};
use kernel::{AreaCode, Language};

use super::{Fault, Site};
use crate::text::Words;
use crate::view::layout::{Frame, Menu, Visitor};
use crate::view::page::failure::Kind;

pub(super) const SESSION: &str = "fupin_session";
const LANGUAGE: &str = "fupin_language";

/// One request of one visitor.
pub(crate) struct Visit {
    pub site: Arc<Site>,
    pub who: Principal,
    pub token: Option<Token>,
    pub frame: Frame,
    pub remote: String,
}

impl FromRequestParts<Arc<Site>> for Visit {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Fault> {
        let token = cookie(&parts.headers, SESSION).and_then(|text| Token::parse(&text));
        let session = match &token {
            Some(token) => find(site, token).await?,
            None => None,
        };
        let remote = super::remote::remote(parts, &site.proxies);
        let token = token.filter(|_| session.is_some());
        let (who, name) = session.map_or((Principal::Public, String::new()), |session| (session.principal, session.title));
        let mut frame = frame(&parts.headers, &parts.uri, None);
        if let (Some(token), Principal::Staff { account, role, area, .. }) = (&token, &who) {
            let words = frame.words();
            let title = format!("{} {}", place(site, *area, frame.language), role_text(words, *role));
            frame.visitor = Some(Visitor { name, role: title, account: account.clone(), csrf: token.csrf().map_err(Fault::from)? });
            frame.menu = menu(*role, site.service.imports.is_some());
        }
        if let (Some(token), Principal::Household(key)) = (&token, &who) {
            let (name, account) = (key.id.clone(), who.key());
            let role = frame.words().get("role.household").to_owned();
            frame.visitor = Some(Visitor { name, role, account, csrf: token.csrf().map_err(Fault::from)? });
        }
        Ok(Self { site: Arc::clone(site), who, token, frame, remote })
    }
}

/// What somebody of a role finds in the menu.
fn menu(role: app::Role, imports: bool) -> Vec<Menu> {
    let mut places = vec![Menu::Overview];
    if role == app::Role::VillageCadre {
        places = vec![Menu::Today, Menu::Meeting, Menu::Overview];
    }
    if !matches!(role, app::Role::Admin | app::Role::BankOfficer) {
        places.extend([Menu::Households, Menu::Cases, Menu::Notices, Menu::Runs]);
    }
    if imports && matches!(role, app::Role::CountyOfficer | app::Role::TownshipOfficer) {
        places.push(Menu::Imports);
    }
    places.push(Menu::Programme);
    if role == app::Role::VillageRepresentative {
        places.push(Menu::Meeting);
    }
    if role == app::Role::Admin {
        places.push(Menu::Users);
    }
    if matches!(role, app::Role::CountyOfficer | app::Role::AppealsOfficer | app::Role::Auditor) {
        places.push(Menu::Access);
    }
    if role == app::Role::VillageCadre {
        places.push(Menu::Declare);
    }
    places
}

async fn find(site: &Site, token: &Token) -> Result<Option<Session>, Fault> {
    let now = site.service.now();
    let mut tx = site.service.db.read().await.map_err(app::Error::from)?;
    let session = app::session::store::find(&mut tx, token, now).await?;
    drop(tx);
    if session.as_ref().is_some_and(|session| session.touch) {
        let mut tx = site.service.db.begin().await.map_err(app::Error::from)?;
        app::session::store::touch(&mut tx, token, now).await?;
        tx.commit().await.map_err(app::Error::from)?;
    }
    Ok(session)
}

fn place(site: &Site, area: AreaCode, language: Language) -> String {
    if area == AreaCode::WHOLE {
        return Words::new(language).get("public.all_areas").to_owned();
    }
    site.service.areas.name(area, language).unwrap_or_else(|| area.to_string())
}

impl Visit {
    pub(crate) fn words(&self) -> Words {
        self.frame.words()
    }

    /// What an area is called, else its code; the whole country by its word.
    pub(crate) fn place(&self, area: AreaCode) -> String {
        place(&self.site, area, self.frame.language)
    }

    /// As [`Self::place`], of a code as the records hold it.
    pub(crate) fn place_of(&self, code: &str) -> String {
        AreaCode::parse(code).map_or_else(|| code.to_owned(), |area| self.place(area))
    }

    pub(crate) fn context(&self) -> Context {
        Context::new(purpose(&self.who), self.site.service.now())
    }

    /// The area of a page: the one asked for, or all that this visitor may see; refused outside it.
    pub(crate) fn area(&self, action: Action, asked: Option<&str>) -> Result<AreaCode, Fault> {
        let forbidden = || Fault::of(if self.token.is_some() { Kind::Forbidden } else { Kind::NotFound });
        let scope = self.site.service.policies.scope(&self.who, action, &self.context()).ok_or_else(forbidden)?;
        match asked.filter(|text| !text.is_empty()) {
            None => Ok(scope),
            Some(text) => {
                let area = AreaCode::parse(text).ok_or_else(|| Fault::of(Kind::BadRequest))?;
                if scope.contains(area) { Ok(area) } else { Err(forbidden()) }
            }
        }
    }

    /// A form counts only with the token of its session.
    pub(crate) fn check_csrf(&self, given: &str) -> Result<(), Fault> {
        let holds = self.token.as_ref().is_some_and(|token| token.csrf_holds(given));
        if holds { Ok(()) } else { Err(Fault::of(Kind::Forbidden)) }
    }

    /// As [`Self::check_csrf`]; who is not signed in has no token, and nothing of theirs could be misused.
    pub(crate) fn check_form(&self, given: &str) -> Result<(), Fault> {
        if self.token.is_none() { Ok(()) } else { self.check_csrf(given) }
    }

    /// The token that a form carries; empty for who is not signed in.
    pub(crate) fn csrf_token(&self) -> String {
        self.csrf().to_owned()
    }

    pub(crate) fn csrf(&self) -> &str {
        self.frame.visitor.as_ref().map_or("", |visitor| visitor.csrf.as_str())
    }
}

/// The frame of a page: language by the address, the cookie, the browser, else Chinese.
pub(super) fn frame(headers: &HeaderMap, uri: &Uri, visitor: Option<Visitor>) -> Frame {
    let asked = uri.query().unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("language=")).map(str::to_owned);
    let wanted = asked.or_else(|| cookie(headers, LANGUAGE)).or_else(|| {
        let accepted = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
        Some(accepted.chars().take(2).collect())
    });
    let language = if wanted.as_deref() == Some("en") { Language::En } else { Language::Zh };
    let query: Vec<&str> = uri.query().unwrap_or_default().split('&').filter(|p| !p.is_empty() && !p.starts_with("language=")).collect();
    // `//host` would lead elsewhere.
    let here = format!("/{}", uri.path().trim_start_matches(['/', '\\']));
    let path = if query.is_empty() { here } else { format!("{here}?{}", query.join("&")) };
    Frame { language, path, visitor, menu: Vec::new() }
}

pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.flat_map(|line| line.split(';')).find_map(|pair| Some(pair.trim().strip_prefix(name)?.strip_prefix('=')?.to_owned()))
}

/// The name of a role on pages.
pub(super) fn role_text(words: Words, role: app::Role) -> &'static str {
    words.get(match role {
        app::Role::Admin => "role.admin",
        app::Role::CountyOfficer => "role.county_officer",
        app::Role::TownshipOfficer => "role.township_officer",
        app::Role::VillageCadre => "role.village_cadre",
        app::Role::VillageRepresentative => "role.village_representative",
        app::Role::DepartmentOfficer => "role.department_officer",
        app::Role::AppealsOfficer => "role.appeals_officer",
        app::Role::BankOfficer => "role.bank_officer",
        app::Role::Auditor => "role.auditor",
    })
}

/// The name of a purpose on pages.
pub(super) fn purpose_text(words: Words, purpose: app::Purpose) -> &'static str {
    words.get(match purpose {
        app::Purpose::Identification => "purpose.identification",
        app::Purpose::Assistance => "purpose.assistance",
        app::Purpose::Supervision => "purpose.supervision",
        app::Purpose::Appeal => "purpose.appeal",
        app::Purpose::Lending => "purpose.lending",
        app::Purpose::Audit => "purpose.audit",
        app::Purpose::Administration => "purpose.administration",
        app::Purpose::OwnAffairs => "purpose.own_affairs",
        app::Purpose::PublicInformation => "purpose.public_information",
        app::Purpose::Emergency => "purpose.emergency",
    })
}
