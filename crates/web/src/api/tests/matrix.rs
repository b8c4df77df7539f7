use app::Role;
use serde_json::{Value, json};

use super::super::document::openapi;
use super::world::{OTHER, VILLAGE, World, code};

const HEAD: &str = "# Every operation of the document for every role: the status for something in its own area / in another one.
# Checked by tests/matrix.rs, which prints the new text when an answer has changed.
";

#[derive(Clone, Copy)]
pub(super) enum Subject {
    Staff(Role),
    Household,
    Public,
    NoSecondFactor,
}

impl Subject {
    pub(super) fn all() -> Vec<Self> {
        Role::ALL.map(Self::Staff).into_iter().chain([Self::Household, Self::Public, Self::NoSecondFactor]).collect()
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Staff(Role::VillageRepresentative) => "represent.",
            Self::Staff(role) => role.name().split('_').find(|word| *word != "village").unwrap(),
            Self::Household => "household",
            Self::Public => "public",
            Self::NoSecondFactor => "no_second",
        }
    }
}

/// A household made for one question, and who asks it.
struct Cell<'a> {
    world: &'a World,
    village: &'static str,
    household: String,
    token: Option<String>,
}

impl<'a> Cell<'a> {
    async fn new(world: &'a World, subject: Subject, own: bool, number: usize) -> Self {
        let village = if own { VILLAGE } else { OTHER };
        let household = format!("c{number}");
        world.household(village, &household).await;
        let token = match subject {
            Subject::Staff(role) => Some(world.staff(role, true).await),
            Subject::NoSecondFactor => Some(world.staff(Role::CountyOfficer, false).await),
            Subject::Household if own => Some(world.household_token(village, &household).await),
            Subject::Household => Some(world.household_token(VILLAGE, "h1").await),
            Subject::Public => None,
        };
        Self { world, village, household, token }
    }

    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> u16 {
        let body = body.map(|body| body.to_string().into_bytes());
        self.world.call(method, &format!("/api/v1{path}"), self.token.as_deref(), headers, body).await.status
    }

    async fn answer(&self, operation: &str) -> u16 {
        let (county, id) = (self.village.get(..6).unwrap(), &self.household);
        let get = |path: String| async move { self.ask("GET", &path, &[], None).await };
        match operation {
            "openSession" => {
                let (user, password, secret) = self.world.program().await;
                self.ask("POST", "/sessions", &[], Some(json!({"user": user, "password": password, "code": code(&secret)}))).await
            }
            "closeSession" => self.ask("DELETE", "/sessions/current", &[], None).await,
            "listHouseholds" => get(format!("/households?area={}&limit=1", self.village)).await,
            "readHousehold" => get(format!("/households/{county}/{id}")).await,
            "readHousehold?identities" => get(format!("/households/{county}/{id}?identities=true")).await,
            "listVersions" => get(format!("/households/{county}/{id}/versions")).await,
            "listCasesOfHousehold" => get(format!("/households/{county}/{id}/cases")).await,
            "exportHouseholds" => get(format!("/households.ndjson?area={}&reason=matrix", self.village)).await,
            "listCases" => get(format!("/cases?area={}", self.village)).await,
            "readCase" => get(format!("/cases/{county}/{}", self.world.case(self.village, id).await)).await,
            "openCase" => {
                let body = json!({"procedure": "identification", "county": county, "household": id});
                self.ask("POST", "/cases", &[("Idempotency-Key", id)], Some(body)).await
            }
            "act" => {
                let case = self.world.case(self.village, id).await;
                let headers = [("Idempotency-Key", id.as_str()), ("If-Match", "\"3\"")];
                self.ask("POST", &format!("/cases/{county}/{case}/acts"), &headers, Some(json!({"kind": "submit", "step": "lead"}))).await
            }
            "readTotals" => get(format!("/totals?area={county}")).await,
            "listProcedures" => get("/procedures".to_owned()).await,
            "readProcedure" => get("/procedures/identification".to_owned()).await,
            "readQuestionnaire" => get("/questionnaire.xlsx".to_owned()).await,
            "takeSubmissions" => {
                let record = json!({"__id": format!("uuid:{id}"), "county": county, "case": self.world.case(self.village, id).await});
                self.ask("POST", "/submissions", &[], Some(json!({ "value": [record] }))).await
            }
            "listWebhooks" => get(format!("/webhooks?area={county}")).await,
            "openWebhook" => {
                let body = json!({"url": "https://example.org/hook", "area": county});
                self.ask("POST", "/webhooks", &[], Some(body)).await
            }
            "closeWebhook" => {
                let hook = self.world.webhook(county).await;
                self.ask("DELETE", &format!("/webhooks/{hook}"), &[], None).await
            }
            "readDocument" => get("/openapi.json".to_owned()).await,
            missing => panic!("operation {missing} has no question here"),
        }
    }
}

/// SEC-1: every operation is behind role and area; the answers are reviewed in `matrix.txt`.
#[test]
fn every_operation_answers_every_role_as_reviewed() {
    app::test_db::on_each_engine_with(1, &app::migrations(), every_operation);
}

async fn every_operation(db: app::Db) {
    let world = World::on(db, tempfile::tempdir().unwrap(), |site| site).await;
    let document = openapi().unwrap();
    let mut operations: Vec<String> = Vec::new();
    for item in document["paths"].as_object().unwrap().values() {
        operations.extend(item.as_object().unwrap().values().map(|operation| operation["operationId"].as_str().unwrap().to_owned()));
    }
    operations.push("readHousehold?identities".to_owned());
    operations.sort();
    let mut text = format!("{HEAD}\n{:<25}", "operation");
    text.extend(Subject::all().into_iter().map(|subject| format!("{:<12}", subject.title())));
    let mut number = 0;
    for operation in operations {
        text = format!("{}\n{operation:<25}", text.trim_end());
        world.forget_webhooks().await;
        for subject in Subject::all() {
            let mut answers = Vec::new();
            for own in [true, false] {
                number += 1;
                answers.push(Cell::new(&world, subject, own, number).await.answer(&operation).await.to_string());
            }
            text.push_str(&format!("{:<12}", answers.join("/")));
        }
    }
    let text = format!("{}\n", text.trim_end());
    assert!(text == include_str!("../matrix.txt"), "matrix.txt should be:\n{text}");
}
