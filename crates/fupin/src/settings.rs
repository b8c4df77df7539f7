//! How the service runs: from options, the environment and a file, in this order.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::{Path, PathBuf};

use programme::Problem;
use serde::Deserialize;

use crate::cli::ServeArgs;
use crate::failure::{Failure, Result};

const LISTEN: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 8080));

/// Everything `fupin serve` needs to know.
pub(crate) struct Settings {
    pub programme: PathBuf,
    pub data: PathBuf,
    pub register: Option<PathBuf>,
    pub listen: SocketAddr,
    pub database: Option<String>,
    pub secure: bool,
    pub trusted_proxies: Vec<IpAddr>,
    pub partners: Option<PathBuf>,
    pub send_to_private: bool,
    pub metrics_token: Option<String>,
    pub demo: bool,
    pub days_ahead: u16,
}

/// What a file may say; `docs/operations.md` has the table.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    programme: Option<PathBuf>,
    data: Option<PathBuf>,
    register: Option<PathBuf>,
    listen: Option<SocketAddr>,
    database: Option<String>,
    secure: Option<bool>,
    trusted_proxies: Option<Vec<IpAddr>>,
    partners: Option<PathBuf>,
    send_to_private: Option<bool>,
    metrics_token: Option<String>,
}

impl Settings {
    /// Options and variables, as clap has read them, then the file, then what holds without either.
    pub(crate) fn new(args: &ServeArgs) -> Result<Self> {
        let file = args.config.as_deref().map(File::read).transpose()?.unwrap_or_default();
        let missing = |name: &str, key: &str| {
            let variable = key.to_uppercase();
            Failure::Usage(format!("no {name} is named: use --{key}, the variable FUPIN_{variable}, or `{key}` in a file for --config"))
        };
        Ok(Self {
            programme: args.programme.clone().or(file.programme).ok_or_else(|| missing("folder of a programme", "programme"))?,
            data: args.data.clone().or(file.data).ok_or_else(|| missing("data folder", "data"))?,
            register: args.register.clone().or(file.register),
            listen: args.listen.or(file.listen).unwrap_or(LISTEN),
            database: args.database.clone().or(file.database),
            secure: args.secure.or(file.secure).unwrap_or(false),
            trusted_proxies: args.trusted_proxies.clone().or(file.trusted_proxies).unwrap_or_default(),
            partners: args.partners.clone().or(file.partners),
            send_to_private: args.send_to_private.or(file.send_to_private).unwrap_or(false),
            metrics_token: args.metrics_token.clone().or(file.metrics_token),
            demo: args.demo,
            days_ahead: args.days_ahead,
        })
    }
}

impl File {
    fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(Failure::file(path))?;
        let name = path.display().to_string();
        let mut file = Self::parse(&name, &text).map_err(Failure::Config)?;
        // Folders stand where the file says, wherever the service is started.
        let folder = path.parent().unwrap_or(Path::new(""));
        for path in [&mut file.programme, &mut file.data, &mut file.register, &mut file.partners].into_iter().flatten() {
            *path = folder.join(&*path);
        }
        Ok(file)
    }

    fn parse(name: &str, text: &str) -> Result<Self, Box<Problem>> {
        toml::from_str(text).map_err(|error| Box::new(Problem::in_toml("FP0507", name, text, &error)))
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{File, Settings};
    use crate::cli::{Cli, Command};
    use crate::failure::Failure;

    fn settings(file: &str, options: &[&str]) -> Result<Settings, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fupin.toml");
        std::fs::write(&path, file).unwrap();
        let config = path.to_string_lossy().into_owned();
        let cli = Cli::parse_from(["fupin", "serve", "--config", &config].iter().chain(options));
        let Command::Serve(args) = cli.command else { panic!("not serve") };
        let settings = Settings::new(&args)?;
        assert!(settings.data.starts_with(folder.path()) || settings.data.is_absolute(), "beside the file");
        Ok(settings)
    }

    #[test]
    fn an_option_goes_before_the_file() {
        let file = "programme = 'china'\ndata = 'records'\nlisten = '0.0.0.0:80'\nsecure = true\ndatabase = 'postgres://db/fupin'\n";
        let plain = settings(file, &[]).unwrap();
        assert_eq!((plain.listen.to_string().as_str(), plain.secure, plain.send_to_private), ("0.0.0.0:80", true, false));
        let other = settings(file, &["--listen", "127.0.0.1:1", "--secure=false", "--send-to-private", "--data", "/srv/data"]).unwrap();
        assert_eq!((other.listen.to_string().as_str(), other.secure, other.send_to_private), ("127.0.0.1:1", false, true));
        assert_eq!(other.data.display().to_string(), "/srv/data");
        assert_eq!(other.database.as_deref(), Some("postgres://db/fupin"));
        let missing = settings("data = 'records'", &[]).err().unwrap().to_string();
        assert!(missing.contains("--programme") && missing.contains("FUPIN_PROGRAMME"), "{missing}");
    }

    #[test]
    fn every_key_stands_in_the_documentation() {
        let message = File::parse("fupin.toml", "unheard_of = 1").unwrap_err().message;
        let keys: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
        assert_eq!(keys.len(), 10, "{message}");
        let documented = include_str!("../../../docs/operations.md");
        for key in keys {
            let row = format!("| `--{}` | `FUPIN_{}` | `{key}` |", key.replace('_', "-"), key.to_uppercase());
            assert!(documented.contains(&row), "{row}");
        }
    }

    #[test]
    fn the_shipped_file_names_the_proxy_in_front() {
        let file = File::parse("fupin.toml", include_str!("../../../deploy/fupin.toml")).unwrap();
        assert_eq!(file.trusted_proxies.unwrap().len(), 2);
    }

    #[test]
    fn a_mistake_is_shown_where_it_stands() {
        let place = |text: &str| {
            let problem = File::parse("fupin.toml", text).unwrap_err();
            (problem.line_and_column(), problem.message.clone(), problem.help.clone())
        };
        let (at, message, help) = place("secure = true\nlissten = '0.0.0.0:80'\n");
        assert_eq!((at, help.as_deref()), ((2, 1), Some("did you mean `listen`?")), "{message}");
        assert_eq!(place("secure = true\nlisten = 'everywhere'\n").0, (2, 10));
        assert_eq!(place("secure = 'yes'").0, (1, 10));
    }
}
