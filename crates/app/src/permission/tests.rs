use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::LazyLock;
use std::time::Instant;

use cedar_policy::{Schema, ValidationMode, Validator};
use kernel::AreaCode;
use proptest::prelude::*;

use super::decide::{POLICIES, policy_set};
use super::{Action, Context, Policies, Purpose, Resource};
use crate::role::{HouseholdKey, Principal, Role};

const NOW: i64 = 1_700_000_000_000_000;
const MATRIX: &str = include_str!("matrix.txt");
/// What anybody may do.
const PUBLIC: [Action; 6] =
    [Action::ViewPublicTotals, Action::ViewProgramme, Action::ViewNotice, Action::VerifyReceipt, Action::ReportNeed, Action::Object];

fn area(code: &str) -> AreaCode {
    AreaCode::parse(code).unwrap()
}

fn staff(role: Role, code: &str) -> Principal {
    Principal::Staff { account: "me".to_owned(), role, area: area(code), second_factor: true }
}

/// All roles of staff in one township, a household of it, and the public.
fn everybody() -> Vec<Principal> {
    let household = Principal::Household(HouseholdKey::new(area("520222"), "mine"));
    Role::ALL.into_iter().map(|role| staff(role, "520222104")).chain([household, Principal::Public]).collect()
}

/// Something of one's own township (household), or of the next one (another household): open to all steps, proposed by somebody else, hanging out.
fn resource(own: bool) -> Resource {
    let (code, id) = if own { ("520222104203", "mine") } else { ("520222105201", "theirs") };
    Resource {
        proposed_by: Some("somebody else".to_owned()),
        actors: Role::ALL.to_vec(),
        published: true,
        ..Resource::of_household(area(code), HouseholdKey::new(area("520222"), id))
    }
}

/// What somebody mostly comes for.
fn main_purpose(who: &Principal, action: Action) -> Purpose {
    match who {
        _ if action == Action::BreakGlass => Purpose::Emergency,
        Principal::Household(_) => Purpose::OwnAffairs,
        Principal::Public => Purpose::PublicInformation,
        Principal::Staff { role, .. } => match role {
            Role::Admin => Purpose::Administration,
            Role::AppealsOfficer => Purpose::Appeal,
            Role::BankOfficer => Purpose::Lending,
            Role::Auditor => Purpose::Audit,
            Role::CountyOfficer | Role::TownshipOfficer | Role::VillageCadre | Role::VillageRepresentative | Role::DepartmentOfficer => {
                Purpose::Identification
            }
        },
    }
}

/// `-`: never; `own`: in one's own area; `any`: everywhere; `*`: with the household's consent only.
fn cell(policies: &Policies, who: &Principal, action: Action) -> String {
    let allowed = |own, consent| {
        let context = Context { consent, ..Context::new(main_purpose(who, action), NOW) };
        policies.allows(who, action, &resource(own), &context).allowed
    };
    match (allowed(true, true), allowed(true, false), allowed(false, true), allowed(false, false)) {
        (false, false, false, false) => "-".to_owned(),
        (true, true, false, false) => "own".to_owned(),
        (true, false, false, false) => "own*".to_owned(),
        (true, true, true, true) => "any".to_owned(),
        (true, false, true, false) => "any*".to_owned(),
        other => format!("{other:?}"),
    }
}

fn matrix(policies: &Policies) -> String {
    let mut out = String::from(
        "# Who may do what, for what they mostly come for. Checked by permission/tests.rs against the policies.\n\
         # -: never   own: in their area (households: about themselves)   any: everywhere   *: only with the household's consent\n\n",
    );
    let heads = ["admin", "county", "township", "cadre", "represent.", "department", "appeals", "bank", "auditor", "household", "public"];
    let line = |out: &mut String, first: &str, cells: &[String]| {
        let cells: String = cells.iter().map(|cell| format!("{cell:<11}")).collect();
        writeln!(out, "{first:<20}{}", cells.trim_end()).unwrap();
    };
    line(&mut out, "action", &heads.map(str::to_owned));
    for action in Action::ALL {
        line(&mut out, action.name(), &everybody().iter().map(|who| cell(policies, who, action)).collect::<Vec<_>>());
    }
    out.push_str("\n# For which purposes they may do anything in their area that not everybody may (emergency: only ask for a grant).\n\n");
    line(&mut out, "purpose", &heads.map(str::to_owned));
    for purpose in Purpose::ALL {
        let anything = |who: &Principal| {
            let context = Context { consent: true, ..Context::new(purpose, NOW) };
            let mut actions = Action::ALL.into_iter().filter(|action| !PUBLIC.contains(action));
            let found = actions.any(|action| policies.allows(who, action, &resource(true), &context).allowed);
            if found { "yes".to_owned() } else { "-".to_owned() }
        };
        line(&mut out, purpose.name(), &everybody().iter().map(anything).collect::<Vec<_>>());
    }
    out
}

#[test]
fn policies_are_valid_and_named() {
    let (schema, warnings) = Schema::from_cedarschema_str(include_str!("schema.cedarschema")).unwrap();
    assert_eq!(warnings.count(), 0);
    let known: BTreeSet<String> = schema.actions().map(|action| action.id().unescaped().to_owned()).collect();
    let ours: BTreeSet<String> = Action::ALL.into_iter().map(|action| action.name().to_owned()).collect();
    assert_eq!(known, ours, "the schema names the actions of the program");
    let result = Validator::new(schema).validate(&policy_set(&POLICIES).unwrap(), ValidationMode::Strict);
    assert!(result.validation_passed_without_warnings(), "{result}");
    assert!(policy_set(&["permit (principal, action, resource);"]).is_err(), "a policy without a name");
    assert!(policy_set(&[POLICIES[0], POLICIES[0]]).is_err(), "two policies of one name");
}

/// SEC-1: what every role may do is what was reviewed. To accept a change, write the text printed to `permission/matrix.txt`.
#[test]
fn the_matrix_is_as_reviewed() {
    let found = matrix(&Policies::load().unwrap());
    if found != MATRIX {
        println!("{found}");
        let changed = found.lines().zip(MATRIX.lines()).find(|(found, reviewed)| found != reviewed);
        panic!("the policies do something else than matrix.txt says: {changed:?}");
    }
}

/// SEC-1: an action without a line in the matrix was never reviewed.
#[test]
fn every_action_has_a_line_in_the_matrix() {
    for action in Action::ALL {
        let cells = MATRIX.lines().find_map(|line| line.strip_prefix(action.name()).filter(|rest| rest.starts_with(' ')));
        assert_eq!(cells.map(|cells| cells.split_whitespace().count()), Some(11), "{}", action.name());
        assert_eq!(Action::parse(action.name()), Some(action));
    }
    assert!(Purpose::ALL.into_iter().all(|purpose| Purpose::parse(purpose.name()) == Some(purpose)));
}

fn check(who: &Principal, action: Action, what: &Resource, purpose: Purpose, policy: Result<&str, &str>) {
    let decision = Policies::load().unwrap().allows(who, action, what, &Context::new(purpose, NOW));
    let expected = (policy.is_ok(), policy.unwrap_or_else(|denied| denied));
    assert_eq!((decision.allowed, decision.policy.as_str()), expected, "{who:?} {action:?} {purpose:?}");
}

/// REG-3: who proposes never approves.
#[test]
fn nobody_approves_an_own_proposal() {
    let officer = staff(Role::CountyOfficer, "520222");
    check(&officer, Action::ApproveCase, &resource(true), Purpose::Identification, Ok("staff.county_officer"));
    let own = Resource { proposed_by: Some("me".to_owned()), ..resource(true) };
    check(&officer, Action::ApproveCase, &own, Purpose::Identification, Err("limit.own_proposal"));
    let appeals = staff(Role::AppealsOfficer, "520222");
    check(&appeals, Action::DecideAppeal, &own, Purpose::Appeal, Err("limit.own_proposal"));
}

#[test]
fn a_step_is_open_to_its_actors_only() {
    let step = Resource { actors: vec![Role::VillageRepresentative], ..resource(true) };
    check(&staff(Role::VillageRepresentative, "520222104203"), Action::ActOnCase, &step, Purpose::Identification, Ok("staff.step"));
    check(&staff(Role::VillageRepresentative, "520222104204"), Action::ActOnCase, &step, Purpose::Identification, Err("default"));
    check(&staff(Role::CountyOfficer, "520222"), Action::ActOnCase, &step, Purpose::Identification, Err("default"));
}

#[test]
fn a_purpose_that_is_not_ones_own_opens_nothing() {
    let officer = staff(Role::TownshipOfficer, "520222104");
    check(&officer, Action::ViewIdentity, &resource(true), Purpose::Supervision, Ok("staff.township_officer"));
    check(&officer, Action::ViewIdentity, &resource(true), Purpose::Lending, Err("default"));
    check(&officer, Action::ViewIdentity, &resource(true), Purpose::Emergency, Err("default"));
}

#[test]
fn without_a_second_factor_only_what_is_public() {
    let policies = Policies::load().unwrap();
    for role in Role::ALL {
        let who = Principal::Staff { account: "me".to_owned(), role, area: AreaCode::WHOLE, second_factor: false };
        for (action, purpose) in Action::ALL.into_iter().flat_map(|action| Purpose::ALL.map(|purpose| (action, purpose))) {
            let context = Context { consent: true, ..Context::new(purpose, NOW) };
            let decision = policies.allows(&who, action, &resource(true), &context);
            assert_eq!(decision.allowed, PUBLIC.contains(&action), "{role:?} {action:?}");
        }
    }
}

#[test]
fn a_notice_that_does_not_hang_out_is_seen_by_nobody() {
    let draft = Resource::of_area(area("520222104"));
    for who in everybody() {
        check(&who, Action::ViewNotice, &draft, main_purpose(&who, Action::ViewNotice), Err("default"));
    }
}

#[test]
fn lists_are_cut_to_ones_area() {
    let policies = Policies::load().unwrap();
    let context = Context::new(Purpose::Identification, NOW);
    let scope = |who: &Principal, action| policies.scope(who, action, &context);
    assert_eq!(scope(&staff(Role::TownshipOfficer, "520222104"), Action::ListHouseholds), Some(area("520222104")));
    assert_eq!(scope(&staff(Role::CountyOfficer, "00"), Action::ListHouseholds), Some(AreaCode::WHOLE));
    assert_eq!(scope(&staff(Role::Admin, "00"), Action::ListHouseholds), None);
    assert_eq!(scope(&Principal::Public, Action::ListHouseholds), None);
    assert_eq!(scope(&Principal::Public, Action::ViewPublicTotals), Some(AreaCode::WHOLE));
}

/// One decision takes less than 0.1 ms; printed, because every page makes several.
#[test]
fn decisions_are_quick() {
    const ROUNDS: u32 = 20;
    let policies = Policies::load().unwrap();
    let everybody = everybody();
    let best = (0..ROUNDS)
        .map(|_| {
            let begun = Instant::now();
            let mut decisions = 0;
            for who in &everybody {
                for action in Action::ALL {
                    let context = Context::new(main_purpose(who, action), NOW);
                    decisions += u32::from(!policies.allows(who, action, &resource(true), &context).policy.is_empty());
                }
            }
            begun.elapsed() / decisions
        })
        .min()
        .unwrap();
    println!("one decision: {best:?}");
    assert!(best.as_micros() < 100, "{best:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// SEC-1: whatever the purpose, consent and action, nobody acts outside their area without a grant.
    #[test]
    fn nobody_reaches_beyond_their_area(
        own in "5[0-3](0[1-3](0[1-3](10[0-2](20[0-2])?)?)?)?", other in "5[0-3]0[1-3]0[1-3]10[0-2]20[0-2]",
        role in 0_usize..9, action in 0_usize..Action::ALL.len(), purpose in 0_usize..Purpose::ALL.len(), consent in any::<bool>(),
    ) {
        static POLICIES: LazyLock<Policies> = LazyLock::new(|| Policies::load().unwrap());
        let policies = &*POLICIES;
        let (own, other, action) = (area(&own), area(&other), Action::ALL[action]);
        let who = Principal::Staff { account: "me".to_owned(), role: Role::ALL[role], area: own, second_factor: true };
        let what = Resource { area: other, ..resource(true) };
        let context = Context { consent, ..Context::new(Purpose::ALL[purpose], NOW) };
        let allowed = policies.allows(&who, action, &what, &context).allowed;
        let open = PUBLIC.contains(&action) || action == Action::BreakGlass;
        prop_assert!(!allowed || open || own.contains(other), "{} in {own} reached {other}", action.name());
        let inside = Resource { area: own, ..resource(true) };
        let there = policies.allows(&who, action, &inside, &context).allowed;
        prop_assert!(!own.contains(other) || allowed == there, "an area is one: {} in {own} and {other}", action.name());
    }
}

/// SEC-1: what is remembered of one request is what another would be told: staff, time and household do not matter without a grant.
#[test]
fn a_remembered_decision_is_that_of_deciding_anew() {
    let policies = Policies::load().unwrap();
    let hanging =
        |code: &str, id: &str| Resource { published: true, ..Resource::of_household(area(code), HouseholdKey::new(area("520222"), id)) };
    let open = |code: &str| Resource { actors: vec![Role::VillageCadre, Role::Admin], ..Resource::of_area(area(code)) };
    let (here, there) = ("520222104203", "520222105201");
    let plain = |code: &str, id: &str| Resource::of_household(area(code), HouseholdKey::new(area("520222"), id));
    let resources = [
        plain(here, "h1"),
        plain(here, "h2"),
        plain(there, "h3"),
        hanging(here, "h1"),
        hanging(there, "h3"),
        open(here),
        open(there),
        Resource::of_area(area(here)),
        Resource { proposed_by: Some("b".to_owned()), ..open(here) },
    ];
    let mut allowed = 0;
    for (account, second_factor) in [("a", true), ("b", true), ("b", false)] {
        for role in Role::ALL {
            for code in ["520222", here] {
                let who = Principal::Staff { account: account.to_owned(), role, area: area(code), second_factor };
                for (action, purpose) in Action::ALL.into_iter().flat_map(|action| Purpose::ALL.map(|purpose| (action, purpose))) {
                    for (later, what) in (0_i64..).zip(&resources) {
                        let context = Context::new(purpose, NOW + later);
                        let decision = policies.allows(&who, action, what, &context);
                        assert_eq!(decision, policies.judge(&who, action, what, &context), "{who:?} {action:?} {purpose:?} {what:?}");
                        allowed += usize::from(decision.allowed);
                    }
                }
            }
        }
    }
    assert!(allowed > 1000, "{allowed}");
}
