//! Sending to others: one HTTP request to an address that was looked at before anything was sent there.
//!
//! The name of a host is resolved here and the connection goes to the very address that was checked, so that a name which changes its mind
//! leads nowhere else. Redirections are not followed. Waiting grows with each failure.

pub mod address;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

use crate::clock::{DAY, HOUR, MINUTE};
use crate::error::{Error, Result};

/// The other side answers within this, or it counts as failed.
const PATIENCE: Duration = Duration::from_secs(15);
/// Between the first failure and the second attempt; doubles with each further one.
const FIRST_WAIT: i64 = MINUTE;
const LONGEST_WAIT: i64 = 6 * HOUR;
/// So long after it was first due, nothing is tried again.
pub const GIVEN_UP_AFTER: i64 = 3 * DAY;

/// Why something did not arrive. Holds no address and nothing of what was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    #[error("the address is none that may be sent to")]
    Refused,
    #[error("the other side cannot be reached: {0}")]
    Unreachable(&'static str),
    #[error("the other side answered {0}")]
    Answered(u16),
}

/// Sends, to public addresses only unless told otherwise.
pub struct Client {
    tls: TlsConnector,
    private: bool,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("private", &self.private).finish_non_exhaustive()
    }
}

/// An address that something may be sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    uri: Uri,
    host: String,
    port: u16,
    tls: bool,
}

impl Target {
    /// `https://…`; plain `http://` where private addresses are allowed. No user names, no fragments.
    pub fn parse(text: &str, private: bool) -> Result<Self> {
        let odd = Error::Invalid { field: "url", why: "expected https:// and a host" };
        let Some(uri) = text.parse::<Uri>().ok().filter(|_| text.len() <= 500 && !text.contains(['@', '#'])) else { return Err(odd) };
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") if private => false,
            Some(_) | None => return Err(odd),
        };
        let Some(host) = uri.host().map(|host| host.trim_matches(['[', ']']).to_ascii_lowercase()).filter(|host| !host.is_empty()) else {
            return Err(odd);
        };
        // A literal address is judged at once; a name when it is resolved.
        if !private && host.parse().is_ok_and(address::private) {
            return Err(Error::Invalid { field: "url", why: "addresses of private networks are not sent to" });
        }
        let port = uri.port_u16().unwrap_or(if tls { 443 } else { 80 });
        Ok(Self { uri, host, port, tls })
    }
}

impl Client {
    /// Trusts the certificates that the system trusts.
    pub fn new(private: bool) -> Result<Self> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let failed = |error: tokio_rustls::rustls::Error| Error::Secret(error.to_string());
        let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider())).with_safe_default_protocol_versions();
        let config = config.map_err(failed)?.with_root_certificates(roots).with_no_client_auth();
        Ok(Self { tls: TlsConnector::from(Arc::new(config)), private })
    }

    /// Whether private addresses may be sent to.
    #[must_use]
    pub const fn private(&self) -> bool {
        self.private
    }

    /// Posts JSON; fine is whatever answer begins with 2.
    pub async fn post(&self, url: &str, headers: &[(&str, String)], body: Vec<u8>) -> Result<(), Undelivered> {
        let target = Target::parse(url, self.private).map_err(|_odd| Undelivered::Refused)?;
        let sent = tokio::time::timeout(PATIENCE, self.send(&target, headers, body));
        match sent.await.map_err(|_elapsed| Undelivered::Unreachable("it took too long"))?? {
            200..=299 => Ok(()),
            status => Err(Undelivered::Answered(status)),
        }
    }

    async fn send(&self, target: &Target, headers: &[(&str, String)], body: Vec<u8>) -> Result<u16, Undelivered> {
        let path = target.uri.path_and_query().map_or("/", |path| path.as_str());
        let authority = target.uri.authority().map_or("", |authority| authority.as_str());
        let mut request = Request::post(path).header(HOST, authority).header(CONTENT_TYPE, "application/json").header(USER_AGENT, "fupin");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request.body(Full::new(Bytes::from(body))).map_err(|_odd| Undelivered::Refused)?;
        let stream = TcpStream::connect(self.resolve(target).await?).await.map_err(|_io| Undelivered::Unreachable("no connection"))?;
        if !target.tls {
            return exchange(stream, request).await;
        }
        let name = ServerName::try_from(target.host.clone()).map_err(|_odd| Undelivered::Refused)?;
        let stream = self.tls.connect(name, stream).await.map_err(|_io| Undelivered::Unreachable("no trusted connection"))?;
        exchange(stream, request).await
    }

    /// The first address of the host that may be sent to.
    async fn resolve(&self, target: &Target) -> Result<SocketAddr, Undelivered> {
        let found = tokio::net::lookup_host((target.host.as_str(), target.port)).await;
        let mut found = found.map_err(|_io| Undelivered::Unreachable("the host has no address"))?;
        found.find(|address| self.private || !address::private(address.ip())).ok_or(Undelivered::Refused)
    }
}

async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<u16, Undelivered>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let broken = |_error: hyper::Error| Undelivered::Unreachable("the connection broke");
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let driver = tokio::spawn(connection);
    let answered = sender.send_request(request).await.map_err(broken);
    // What it answers beyond the status interests nobody.
    driver.abort();
    Ok(answered?.status().as_u16())
}

/// When to try again after so many failures; nothing once it is too late.
#[must_use]
pub fn next_attempt(first_due: i64, failures: i64, now: i64) -> Option<i64> {
    let doubled = u32::try_from((failures - 1).clamp(0, 30)).unwrap_or(0);
    let next = now.saturating_add(FIRST_WAIT.saturating_mul(1_i64 << doubled).min(LONGEST_WAIT));
    Some(next).filter(|next| *next <= first_due.saturating_add(GIVEN_UP_AFTER))
}

#[cfg(test)]
pub(crate) mod tests;
