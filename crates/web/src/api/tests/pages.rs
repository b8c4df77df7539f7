use app::{Role, Token};

use super::matrix::Subject;
use super::world::{OTHER, VILLAGE, World};

const HEAD: &str =
    "# Every page and form for every role: the status for something in its own area / in another one; `in` leads to the sign-in,
# `!` shows the form again with what is wrong.
# Checked by tests/pages.rs, which prints the new text when an answer has changed.
";
/// What the router says it answers.
const ROUTES: &str = include_str!("../../site.rs");
/// Answered alike to everybody, before anybody is asked who they are.
const FOR_ALL: [&str; 3] = ["/healthz", "/sign-in/code", "crate::api::METRICS_PATH"];

/// Every route with the forms it takes: `{c}` county, `{h}` household, `{k}` case, `{v}` village, `{r}` run, `{a}` account, `{d}` declaration.
const ASKED: [(&str, &str, &str); 62] = [
    ("GET", "/", ""),
    ("GET", "/access?household={h}", ""),
    ("GET", "/cases?area={v}", ""),
    ("GET", "/cases/together?area={v}&procedure=identification&step=county_approval", ""),
    ("GET", "/cases/new?county={c}&household={h}&procedure=identification", ""),
    ("GET", "/cases/{c}/{k}", ""),
    ("GET", "/declare", ""),
    ("GET", "/declare/{c}/{d}", ""),
    ("GET", "/desk?area={v}", ""),
    ("GET", "/enrol", ""),
    ("GET", "/households?area={v}", ""),
    ("GET", "/households/{c}/{h}", ""),
    ("GET", "/imports", ""),
    ("GET", "/imports/{d}", ""),
    ("GET", "/imports/{d}/refused", ""),
    ("GET", "/meetings", ""),
    ("GET", "/mine", ""),
    ("GET", "/mine/appeal/{k}", ""),
    ("GET", "/mine/sign-in", ""),
    ("GET", "/notices", ""),
    ("GET", "/notices/{c}/{k}", ""),
    ("GET", "/notices/{c}/{k}/object", ""),
    ("GET", "/password", ""),
    ("GET", "/procedure", ""),
    ("GET", "/programme", ""),
    ("GET", "/runs", ""),
    ("GET", "/runs/compare?from={c}.r&to={c}.s", ""),
    ("GET", "/runs/{c}/r", ""),
    ("GET", "/search?q={h}", ""),
    ("GET", "/sign-in", ""),
    ("GET", "/totals?area={c}", ""),
    ("GET", "/totals.csv?area={c}", ""),
    ("GET", "/users", ""),
    ("GET", "/visits", ""),
    ("GET", "/visits/token", ""),
    ("GET", "/visits/declarations/{c}/{d}", ""),
    ("GET", "/visits/{c}/{k}", ""),
    ("POST", "/cases/new", "county={c}&household={h}&procedure=identification"),
    ("POST", "/cases/together", "area={v}&procedure=identification&step=county_approval&row={c}.{k}.1"),
    ("POST", "/cases/{c}/{k}", "key=3.submit.application."),
    ("POST", "/declare", "name=a&telephone=13812340000&identity=&village={v}&difficulty=x&risk=illness"),
    ("POST", "/declare/send", "key=k{h}&name=a&telephone=13812340000&identity=&village={v}&difficulty=x&risk=illness"),
    ("POST", "/enrol", "code=1"),
    ("POST", "/households/export", "query=area%3D{v}&reason=inspection"),
    ("POST", "/households/lists", "query=area%3D{v}&name=mine"),
    ("POST", "/imports", "person="),
    ("POST", "/imports/{d}", "act=accept"),
    ("POST", "/meetings", "entitled=30&present=20"),
    ("POST", "/mine/appeal/{k}", "text=x"),
    ("POST", "/mine/card", "number={h}&secret=x"),
    ("POST", "/mine/code", "number={h}&code=1"),
    ("POST", "/mine/sign-in", "number={h}"),
    ("POST", "/notices/{c}/{k}/object", "text=x"),
    ("POST", "/password", "old=a&new=b&again=b"),
    ("POST", "/programme", "rule=true&household={h}"),
    ("POST", "/runs/{c}/r/cases", "row={h}"),
    ("POST", "/sign-in", "user=nobody&password=x"),
    ("POST", "/sign-out", ""),
    ("POST", "/users", "account=new{h}&name=New&role=auditor&area={v}"),
    ("POST", "/users/{a}", "act=lock&key=1"),
    ("POST", "/visits/declarations/{c}/{d}", "household={h}"),
    ("POST", "/visits/{c}/{k}", "key=v{h}"),
];

/// A route of the router as the start of what is asked: `/cases/{county}/{id}` is `/cases/`.
fn shape(path: &str) -> Vec<String> {
    let path = path.split('?').next().unwrap_or(path);
    path.split('/').map(|part| if part.contains('{') { "*".to_owned() } else { part.to_owned() }).collect()
}

/// The router's routes with their methods, as its text says.
fn routes() -> Vec<(String, Vec<String>)> {
    let text = ROUTES.split("/// Serves until").next().unwrap();
    let mut routes = Vec::new();
    for rest in text.split(".route(").skip(1) {
        let (path, rest) = rest.split_once(',').unwrap();
        let path = path.trim().trim_matches('"').to_owned();
        if FOR_ALL.contains(&path.as_str()) {
            continue;
        }
        let call = rest.split("\n").next().unwrap();
        for (word, method) in [("get(", "GET"), ("post(", "POST")] {
            if call.contains(word) {
                routes.push((method.to_owned(), shape(&path)));
            }
        }
    }
    routes
}

#[test]
fn every_route_is_asked_for() {
    let asked: Vec<(String, Vec<String>)> = ASKED
        .iter()
        .map(|(method, path, _)| {
            // A run is named in full: it need not exist.
            let shape = shape(path).into_iter().map(|part| if part == "r" { "*".to_owned() } else { part });
            ((*method).to_owned(), shape.collect())
        })
        .collect();
    let routes = routes();
    assert!(routes.len() > 40, "{}", routes.len());
    let missing: Vec<_> = routes.iter().filter(|route| !asked.contains(route)).collect();
    assert!(missing.is_empty(), "routes without a line in ASKED: {missing:?}");
}

/// SEC-1: every page and every form is behind role and area; the answers are reviewed in `pages.txt`.
/// With one connection a page that holds it and waits for a second would answer nobody.
#[test]
fn every_page_answers_every_role_as_reviewed() {
    app::test_db::on_each_engine_with(1, &app::migrations(), every_page);
}

async fn every_page(db: app::Db) {
    let world = World::on(db, tempfile::tempdir().unwrap(), |site| site).await;
    for (village, household) in [(VILLAGE, "h1"), (OTHER, "o1")] {
        world.run(village, "r", &[(household, "admit")]).await;
        world.run(village, "s", &[(household, "none")]).await;
    }
    for (household, steps) in [("h2", 4), ("h3", 5)] {
        world.case_at(household, steps).await;
    }
    rows_are_shown(&world).await;
    let mut text = format!("{HEAD}\n{:<38}", "page");
    text.extend(Subject::all().into_iter().map(|subject| format!("{:<12}", subject.title())));
    let mut number = 0;
    for (method, path, body) in ASKED {
        let name = path.split('?').next().unwrap_or(path);
        text = format!("{}\n{:<38}", text.trim_end(), format!("{method} {name}"));
        for subject in Subject::all() {
            let mut answers = Vec::new();
            for own in [true, false] {
                number += 1;
                answers.push(answer(&world, subject, own, number, (method, path, body)).await);
            }
            text.push_str(&format!("{:<12}", answers.join("/")));
        }
    }
    let text = format!("{}\n", text.trim_end());
    assert!(text == include_str!("../pages.txt"), "pages.txt should be:\n{text}");
}

/// An answer about an empty list would say little.
async fn rows_are_shown(world: &World) {
    let (county, cadre) = (world.officer().await, world.staff(Role::VillageCadre, true).await);
    let pages = [
        (&county, "/runs/520222/r", "/households/520222/h1"),
        (&county, "/runs/compare?from=520222.r&to=520222.s", "/households/520222/h1"),
        (&cadre, "/cases/together?procedure=identification&step=notice", "/cases/520222/"),
        (&county, "/cases", "/cases/520222/"),
        (&county, "/households", "/households/520222/h1"),
        (&cadre, "/meetings", "agree-"),
    ];
    for (token, path, row) in pages {
        let cookie = format!("fupin_session={token}");
        let reply = world.call("GET", path, None, &[("Cookie", cookie.as_str())], None).await;
        assert!(reply.status == 200 && reply.text.contains(row), "{path} {} without {row}: {}", reply.status, reply.text);
    }
}

async fn answer(world: &World, subject: Subject, own: bool, number: usize, (method, path, body): (&str, &str, &str)) -> String {
    let village = if own { VILLAGE } else { OTHER };
    // The log is asked by the whole number of a household, which begins with its county.
    let household = if path.starts_with("/access") { format!("{village}{number:04}") } else { format!("p{number}") };
    world.household(village, &household).await;
    let case = world.case(village, &household).await;
    let county = village.get(..6).unwrap();
    let fill = |text: &str, account: &str, declaration: &str| {
        let pairs = [("{c}", county), ("{h}", &household), ("{k}", &case), ("{v}", village), ("{a}", account), ("{d}", declaration)];
        pairs.iter().fold(text.to_owned(), |text, (mark, value)| text.replace(mark, value))
    };
    let token = match subject {
        Subject::Staff(role) => Some(world.staff(role, true).await),
        Subject::NoSecondFactor => Some(world.staff(Role::CountyOfficer, false).await),
        Subject::Household if own => Some(world.household_token(village, &household).await),
        Subject::Household => Some(world.household_token(VILLAGE, "h1").await),
        Subject::Public => None,
    };
    let account = if path.contains("{a}") { world.colleague(village).await } else { String::new() };
    let declaration = if path.contains("{d}") { world.declaration(village, number).await } else { String::new() };
    let mut headers = vec![("Content-Type", "application/x-www-form-urlencoded".to_owned())];
    let mut form = fill(body, &account, &declaration);
    if let Some(token) = &token {
        headers.push(("Cookie", format!("fupin_session={token}")));
        form = format!("csrf={}&{form}", Token::parse(token).unwrap().csrf().unwrap());
    }
    if token.is_none() && method == "POST" {
        form.push_str("&csrf=");
    }
    if matches!(path, "/visits/{c}/{k}" | "/imports") && method == "POST" {
        form = form.split('&').filter_map(|pair| pair.split_once('=')).fold(String::new(), |form, (name, value)| {
            format!("{form}--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        });
        form.push_str("--edge--\r\n");
        headers[0].1 = "multipart/form-data; boundary=edge".to_owned();
    }
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let body = (method == "POST").then(|| form.into_bytes());
    let reply = world.call(method, &fill(path, &account, &declaration), None, &headers, body).await;
    if reply.status == 303 && reply.header("location").is_some_and(|place| place.ends_with("/sign-in")) {
        return "in".to_owned();
    }
    let mark = if reply.text.contains("class=\"problems\"") { "!" } else { "" };
    format!("{}{mark}", reply.status)
}
