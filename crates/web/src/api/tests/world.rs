//! A running site with two counties, and programs that call it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use app::account::{self, NewAccount};
use app::cases::{NewCase, open};
use app::household_access::FileGateway;
use app::{Account, Clock, Db, HouseholdKey, Keyring, Principal, Role, Service, SystemClock, migrations};
use kernel::{AreaCode, AreaLevel};
use programme::{Programme, SourceFile};
use registry::assessment::{Assessment, Counts, Grounds, Run};
use registry::case::Case;
use registry::household::store::{self as households, Identities, Incoming};
use registry::household::{Household, Member, PersonId};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::site::{Site, serve};

pub(super) const VILLAGE: &str = "520222104203";
pub(super) const OTHER: &str = "520321101001";
pub(super) const NAME: &str = "欧阳慧敏";
pub(super) const IDENTITY: &str = "522321197001010010";
pub(super) const TELEPHONE: &str = "13812340010";

pub(super) struct World {
    address: SocketAddr,
    /// The same database as the site's.
    pub service: Service,
    _folder: tempfile::TempDir,
    /// How far its clocks are ahead of the machine's, in microseconds.
    ahead: Arc<AtomicI64>,
}

pub(super) struct Reply {
    pub status: u16,
    head: Vec<(String, String)>,
    pub text: String,
    pub json: serde_json::Value,
}

impl Reply {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

fn china() -> Programme {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes/china")];
    let mut sources = Vec::new();
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                sources.push(SourceFile { name: path.display().to_string(), text: std::fs::read_to_string(&path).unwrap() });
            }
        }
    }
    Programme::load(sources).unwrap()
}

struct Ahead(Arc<AtomicI64>);

impl Clock for Ahead {
    fn now(&self) -> i64 {
        SystemClock.now() + self.0.load(Ordering::SeqCst)
    }
}

/// What an authenticator shows now.
pub(super) fn code(secret: &str) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    let builder = totp_rs::Builder::new().with_secret(secret).with_step_duration(30).with_digits(6).with_account_name("fupin");
    let seconds = u64::try_from(SystemClock.now() / app::clock::SECOND).unwrap();
    builder.with_issuer(Some("fupin")).build().unwrap().generate(seconds).to_string()
}

impl World {
    pub(super) async fn new() -> Self {
        Self::with(|site| site).await
    }

    /// A site with more to it.
    pub(super) async fn with(more: impl FnOnce(Site) -> Site) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("records.db").display());
        let db = Db::open(&url).await.unwrap();
        db.migrate(&migrations()).await.unwrap();
        Self::on(db, folder, more).await
    }

    /// A site on a database that stands already.
    pub(super) async fn on(db: Db, folder: tempfile::TempDir, more: impl FnOnce(Site) -> Site) -> Self {
        let ahead = Arc::new(AtomicI64::new(0));
        let keys = folder.path().join("keys");
        let keyring = || Keyring::open(&keys).unwrap();
        let messages = folder.path().join("messages.jsonl");
        let serving =
            |db| Service::new(db, keyring(), china(), Arc::new(Ahead(Arc::clone(&ahead))), Arc::new(FileGateway::new(&messages))).unwrap();
        let (service, mut served) = (serving(db.clone()), serving(db));
        served.imports = Some(folder.path().join("imports"));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve(listener, more(Site::new(served, false)), std::future::pending()));
        let world = Self { address, service, _folder: folder, ahead: Arc::clone(&ahead) };
        for number in 1..=7 {
            world.household(VILLAGE, &format!("h{number}")).await;
        }
        world.household(OTHER, "o1").await;
        world
    }

    /// A run over the county of a village that proposes one thing for each of its households.
    pub(super) async fn run(&self, village: &str, id: &str, proposals: &[(&str, &str)]) {
        let county = village.get(..6).unwrap().to_owned();
        let assessment = |(household, proposal): &(&str, &str)| Assessment {
            household: (*household).to_owned(),
            village: village.to_owned(),
            proposal: (*proposal).to_owned(),
            priority: 1,
            grounds: Grounds::default(),
        };
        let assessments: Vec<Assessment> = proposals.iter().map(assessment).collect();
        let text = String::new;
        let (at, counts) = (self.service.now(), Counts::default());
        let as_of = "2020-12-31".to_owned();
        let run = Run { county, id: id.to_owned(), as_of, programme: text(), model: text(), register: text(), actor: text(), at, counts };
        assert!(app::identification::record(&self.service.db, &run, &assessments, &|_| {}).await.unwrap());
    }

    /// Days pass; sessions of before may have run out.
    pub(super) fn days(&self, days: i64) {
        self.ahead.fetch_add(days * app::clock::DAY, Ordering::SeqCst);
    }

    /// A case that is so many steps on its way.
    pub(super) async fn case_at(&self, household: &str, steps: usize) -> Case {
        let id = self.case(VILLAGE, household).await;
        let mut tx = self.service.db.read().await.unwrap();
        let (case, _) = registry::case::store::load(&mut tx, VILLAGE.get(..6).unwrap(), &id).await.unwrap();
        drop(tx);
        app::demo::advance(&self.service, AreaCode::parse(VILLAGE).unwrap(), case, steps).await.unwrap()
    }

    /// Closes the site's database under it.
    pub(super) async fn lose(&self) {
        self.service.db.close().await;
    }

    pub(super) async fn household(&self, village: &str, id: &str) {
        let mut household = Household::new(id, village, "none").unwrap();
        household.members.push(Member { id: PersonId("1".to_owned()), cells: Default::default(), joined_on: None, left: None });
        let personal = [("name", NAME), ("identity", IDENTITY), ("phone", TELEPHONE)];
        let identities: Identities =
            personal.into_iter().map(|(field, text)| (("1".to_owned(), field.to_owned()), text.to_owned())).collect();
        let mut tx = self.service.db.begin().await.unwrap();
        let incoming = vec![Incoming { household, identities, spells: Vec::new() }];
        households::import(&mut tx, &self.service.keys, incoming, "import", self.service.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(super) async fn case(&self, village: &str, household: &str) -> String {
        let area = AreaCode::parse(village).unwrap();
        let cadre = Principal::Staff { account: "somebody".to_owned(), role: Role::VillageCadre, area, second_factor: true };
        let new = NewCase { procedure: "identification", county: village.get(..6).unwrap(), household, flagged: false, against: None };
        open(&self.service, &cadre, new).await.unwrap().id
    }

    /// Ends all subscriptions: there may be a hundred only.
    pub(super) async fn forget_webhooks(&self) {
        let mut tx = self.service.db.begin().await.unwrap();
        for hook in app::webhook::store::list(&mut tx, AreaCode::WHOLE).await.unwrap() {
            app::webhook::store::delete(&mut tx, &hook.id).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// A subscription of a county's administrator.
    pub(super) async fn webhook(&self, county: &str) -> String {
        let area = AreaCode::parse(county).unwrap();
        let admin = Principal::Staff { account: "somebody".to_owned(), role: Role::Admin, area, second_factor: true };
        app::webhook::subscribe(&self.service, &admin, area, "https://example.org/hook", false).await.unwrap().0.id
    }

    /// The token of an account with a name of its own.
    pub(super) async fn named(&self, name: &str, role: Role) -> String {
        let area = AreaCode::parse(VILLAGE).unwrap().at(AreaLevel::County);
        let new =
            NewAccount { name: name.to_owned(), title: "t".to_owned(), role, area, password_hash: "none".to_owned(), handed_out: false };
        let mut tx = self.service.db.begin().await.unwrap();
        let account = account::create(&mut tx, &new, app::role::OPERATOR, self.service.now()).await.unwrap();
        tx.commit().await.unwrap();
        self.token(&account.principal(true)).await
    }

    async fn account(&self, role: Role, password_hash: String) -> Account {
        let level = match role {
            Role::VillageCadre | Role::VillageRepresentative => AreaLevel::Village,
            Role::TownshipOfficer => AreaLevel::Township,
            Role::Admin | Role::CountyOfficer | Role::DepartmentOfficer | Role::AppealsOfficer | Role::BankOfficer | Role::Auditor => {
                AreaLevel::County
            }
        };
        let name = app::new_id(self.service.now()).unwrap();
        let area = AreaCode::parse(VILLAGE).unwrap().at(level);
        let new = NewAccount { name, title: "t".to_owned(), role, area, password_hash, handed_out: false };
        let mut tx = self.service.db.begin().await.unwrap();
        let account = account::create(&mut tx, &new, app::role::OPERATOR, self.service.now()).await.unwrap();
        tx.commit().await.unwrap();
        account
    }

    /// The token of somebody of a role; with a password alone or with a second factor.
    pub(super) async fn staff(&self, role: Role, second_factor: bool) -> String {
        let account = self.account(role, "none".to_owned()).await;
        self.token(&account.principal(second_factor)).await
    }

    /// An auditor of the county of a village, to be administered; its id.
    pub(super) async fn colleague(&self, village: &str) -> String {
        let area = AreaCode::parse(village).unwrap().at(AreaLevel::County);
        let name = app::new_id(self.service.now()).unwrap();
        let new =
            NewAccount { name, title: "t".to_owned(), role: Role::Auditor, area, password_hash: "none".to_owned(), handed_out: false };
        let mut tx = self.service.db.begin().await.unwrap();
        let account = account::create(&mut tx, &new, app::role::OPERATOR, self.service.now()).await.unwrap();
        tx.commit().await.unwrap();
        account.id
    }

    /// What somebody declared without signing in.
    pub(super) async fn declaration(&self, village: &str, number: usize) -> String {
        let form = "application/x-www-form-urlencoded";
        let body = format!("key=d{number}&name=a&telephone=13812340000&identity=&village={village}&difficulty=x&risk=illness");
        let reply = self.call("POST", "/declare/send", None, &[("Content-Type", form)], Some(body.into_bytes())).await;
        reply.header("location").unwrap().rsplit('/').next().unwrap().split('?').next().unwrap().to_owned()
    }

    pub(super) async fn officer(&self) -> String {
        self.staff(Role::CountyOfficer, true).await
    }

    pub(super) async fn household_token(&self, village: &str, id: &str) -> String {
        let county = AreaCode::parse(village).unwrap().at(AreaLevel::County);
        self.token(&Principal::Household(HouseholdKey::new(county, id))).await
    }

    async fn token(&self, who: &Principal) -> String {
        let mut tx = self.service.db.begin().await.unwrap();
        let token = app::session::store::open(&mut tx, who, "test", None, self.service.now()).await.unwrap();
        tx.commit().await.unwrap();
        token.reveal()
    }

    /// User, password and the secret of the authenticator of a program.
    pub(super) async fn program(&self) -> (String, String, String) {
        let password = app::new_password().unwrap();
        let hash = account::hash_password(password.clone()).await.unwrap();
        let account = self.account(Role::CountyOfficer, hash).await;
        let mut tx = self.service.db.begin().await.unwrap();
        let secret = account::enrolled(&mut tx, &self.service.keys, &account, self.service.now()).await.unwrap();
        tx.commit().await.unwrap();
        (account.name, password, secret)
    }

    pub(super) async fn call(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        headers: &[(&str, &str)],
        body: Option<Vec<u8>>,
    ) -> Reply {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // HTTP/1.0: nothing is chunked, the end is the end.
        let mut request = format!("{method} {path} HTTP/1.0\r\nHost: x\r\n");
        if let Some(token) = token {
            request.push_str(&format!("Authorization: Bearer {token}\r\n"));
        }
        if body.is_some() && headers.iter().all(|(name, _)| *name != "Content-Type") {
            request.push_str("Content-Type: application/json\r\n");
        }
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        let body = body.unwrap_or_default();
        request.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
        stream.write_all(request.as_bytes()).await.unwrap();
        // What is too long is refused while it is still being sent.
        let _sent = stream.write_all(&body).await;
        let mut answer = Vec::new();
        let _read = stream.read_to_end(&mut answer).await;
        let text = String::from_utf8_lossy(&answer).into_owned();
        let (head, text) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        let head = head.lines().skip(1).filter_map(|line| line.split_once(": "));
        Reply {
            status,
            head: head.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect(),
            json: serde_json::from_str(text).unwrap_or_default(),
            text: text.to_owned(),
        }
    }
}
