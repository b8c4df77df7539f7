//! `fupin serve`: the pages, until the process is told to stop.

use std::sync::Arc;

use analytics::register::Register;
use app::account::{self, NewAccount, hash_password};
use app::clock::DAY;
use app::dci::{Exchange, Partners, Signer};
use app::delivery::Client;
use app::household_access::FileGateway;
use app::{AheadClock, Clock, Db, Role, Service, SystemClock, housekeeping};
use kernel::AreaCode;
use web::site::{Site, serve};

use crate::cli::ServeArgs;
use crate::console::Console;
use crate::failure::{Failure, Result};
use crate::records::{Records, runtime};
use crate::settings::Settings;

pub(crate) fn run(args: &ServeArgs, console: &Console) -> Result<()> {
    let settings = &Settings::new(args)?;
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let programme = crate::definition::load(&settings.programme)?;
    runtime()?.block_on(async {
        let records = Records::open(&settings.data, settings.database.as_deref()).await?;
        let mut service = Service::new(
            records.db,
            records.keys,
            programme,
            clock(settings),
            Arc::new(FileGateway::new(&settings.data.join("messages.jsonl"))),
        )?;
        if let Some(register) = settings.register.as_ref().filter(|folder| !Register::is_register(folder)) {
            return Err(Failure::Usage(format!(
                "{} is not a register: name the folder that `fupin import --out` wrote",
                register.display()
            )));
        }
        service.register.clone_from(&settings.register);
        service.imports = Some(settings.data.join("imports"));
        service.load_areas().await?;
        first_account(&service, settings, console).await?;
        let listener = tokio::net::TcpListener::bind(settings.listen).await.map_err(Failure::file(settings.listen.to_string()))?;
        console.note(&format!("http://{}  {}", settings.listen, settings.data.display()));
        let db = service.db.clone();
        let housekeeping = tokio::spawn(keep_house(db.clone(), Arc::clone(&service.clock)));
        let site = Site::new(service, settings.secure)
            .behind(settings.trusted_proxies.clone())
            .with_metrics(settings.metrics_token.clone())
            .with_dci(exchange(settings, console)?)
            .with_sending(Client::new(settings.send_to_private)?);
        serve(listener, site, stopped()).await.map_err(Failure::file(settings.listen.to_string()))?;
        housekeeping.abort();
        db.close().await;
        Ok(())
    })
}

/// Forgets what is over, now and every hour; what is missed for once is forgotten an hour later.
async fn keep_house(db: Db, clock: Arc<dyn Clock>) {
    let mut rounds = tokio::time::interval(housekeeping::EVERY);
    rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        match housekeeping::sweep(&db, clock.now()).await {
            Ok(swept) if swept.all() == 0 => {}
            Ok(swept) => tracing::info!(rows = swept.all(), "housekeeping"),
            Err(error) => tracing::error!(code = error.code(), cause = %error, "housekeeping_failed"),
        }
    }
}

/// Who asks in signed messages, if anybody; partners need our public key.
fn exchange(settings: &Settings, console: &Console) -> Result<Option<Exchange>> {
    let Some(path) = &settings.partners else { return Ok(None) };
    let text = std::fs::read_to_string(path).map_err(Failure::file(path))?;
    let partners = Partners::parse(&text)?;
    let signer = Signer::open(&partners.own, &settings.data.join("dci.key"))?;
    console.note(&format!("{}: {}|1|ed25519 {}", console.say("签名公钥", "public key of signatures"), partners.own, signer.public()));
    Ok(Some(Exchange::new(partners, signer, Client::new(settings.send_to_private)?)))
}

fn clock(settings: &Settings) -> Arc<dyn Clock> {
    match settings.days_ahead {
        0 => Arc::new(SystemClock),
        days => Arc::new(AheadClock(i64::from(days) * DAY)),
    }
}

/// On the first start somebody must be able to come in.
async fn first_account(service: &Service, settings: &Settings, console: &Console) -> Result<()> {
    let mut tx = service.db.read().await.map_err(app::Error::from)?;
    let some = account::store::list(&mut tx, AreaCode::WHOLE, "", 1).await?;
    drop(tx);
    if !some.is_empty() {
        return Ok(());
    }
    if settings.demo {
        let accounts = app::demo::accounts(service).await?;
        let cases = app::demo::cases(service).await?;
        let row = |a: &app::demo::DemoAccount| {
            vec![a.role.name().to_owned(), a.area.to_string(), a.name.clone(), a.password.clone(), a.secret.clone()]
        };
        let rows: Vec<Vec<String>> = accounts.iter().map(row).collect();
        let title = format!("{} ({})", console.say("演示账号", "accounts of the demonstration"), cases.len());
        console.table(&title, &["role", "area", "user", "password", "authenticator"], &rows);
        return Ok(());
    }
    let password = app::new_password()?;
    let new = NewAccount {
        name: "admin".to_owned(),
        title: "admin".to_owned(),
        role: Role::Admin,
        area: AreaCode::WHOLE,
        password_hash: hash_password(password.clone()).await?,
        handed_out: true,
    };
    let mut tx = service.db.begin().await.map_err(app::Error::from)?;
    account::create(&mut tx, &new, app::role::OPERATOR, service.now()).await?;
    tx.commit().await.map_err(app::Error::from)?;
    let row = vec!["admin".to_owned(), password, format!("http://{}/sign-in", settings.listen)];
    console.table(console.say("首次登录", "first sign-in"), &["user", "password", "address"], &[row]);
    Ok(())
}

/// Ctrl-C, or a service manager's TERM.
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut term) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = term.recv() => {}
    }
}
