//! Who asks: the bearer of a session's token, or anybody.

use std::sync::Arc;

use app::{Action, Context, Principal, Resource, Service, Session, Token, purpose};
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use kernel::AreaCode;

use super::Trouble;
use super::read::area_of;
use crate::site::Site;

/// Anybody; with a token it must be one.
pub(super) struct Anyone {
    pub site: Arc<Site>,
    pub who: Principal,
    pub token: Option<Token>,
    pub remote: String,
}

/// The bearer of a token.
pub(super) struct Caller {
    pub site: Arc<Site>,
    pub who: Principal,
    pub token: Token,
}

impl FromRequestParts<Arc<Site>> for Anyone {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Trouble> {
        let remote = crate::site::remote(parts, &site.proxies);
        let Some(given) = parts.headers.get(header::AUTHORIZATION) else {
            return Ok(Self { site: Arc::clone(site), who: Principal::Public, token: None, remote });
        };
        let ended = || Trouble::unauthorized("api.token", "the token is none, or its session has ended");
        let (scheme, text) = given.to_str().ok().and_then(|line| line.split_once(' ')).ok_or_else(ended)?;
        let token = Some(text).filter(|_| scheme.eq_ignore_ascii_case("bearer")).and_then(|text| Token::parse(text.trim()));
        let token = token.ok_or_else(ended)?;
        let session = session(&site.service, &token).await?.ok_or_else(ended)?;
        Ok(Self { site: Arc::clone(site), who: session.principal, token: Some(token), remote })
    }
}

impl FromRequestParts<Arc<Site>> for Caller {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Trouble> {
        let Anyone { site, who, token, .. } = Anyone::from_request_parts(parts, site).await?;
        let token = token.ok_or_else(|| Trouble::unauthorized("api.no_token", "a bearer token is needed"))?;
        Ok(Self { site, who, token })
    }
}

async fn session(service: &Service, token: &Token) -> Result<Option<Session>, Trouble> {
    let now = service.now();
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let session = app::session::store::find(&mut tx, token, now).await?;
    drop(tx);
    if session.as_ref().is_some_and(|session| session.touch) {
        let mut tx = service.db.begin().await.map_err(app::Error::from)?;
        app::session::store::touch(&mut tx, token, now).await?;
        tx.commit().await.map_err(app::Error::from)?;
    }
    Ok(session)
}

impl Caller {
    pub(super) fn service(&self) -> &Service {
        &self.site.service
    }

    pub(super) fn context(&self) -> Context {
        Context::new(purpose(&self.who), self.service().now())
    }

    pub(super) fn permit(&self, action: Action, resource: &Resource) -> Result<(), Trouble> {
        Ok(self.service().permit(&self.who, action, resource, purpose(&self.who))?)
    }

    pub(super) fn may(&self, action: Action, resource: &Resource) -> bool {
        self.service().policies.allows(&self.who, action, resource, &self.context()).allowed
    }

    /// The area of a list: the one asked for, or all that this caller may see; refused outside it.
    pub(super) fn area(&self, action: Action, asked: Option<&str>) -> Result<AreaCode, Trouble> {
        let denied = || Trouble::from(app::Error::Denied { action: action.name() });
        let scope = self.service().policies.scope(&self.who, action, &self.context()).ok_or_else(denied)?;
        let area = asked.map(area_of).transpose()?.unwrap_or(scope);
        if scope.contains(area) { Ok(area) } else { Err(denied()) }
    }
}
