use super::*;

fn submit(step: &Step) -> Act {
    Act::Submit { step: step.name().to_owned(), record: full_record(step) }
}

fn check(refusal: &str, expected: &str) {
    assert!(refusal.starts_with(expected), "{refusal}");
}

#[test]
fn opening_is_refused_where_the_procedure_does_not_hold() {
    let refusal = Walk::open(procedure("poverty_exit"), Calendar::default(), day("2021-01-01"), None).err().unwrap();
    assert_eq!(refusal.to_string(), "procedure `poverty_exit` 2016 is not valid in 520222104203 on 2021-01-01");
    assert_eq!(refusal.key(), "case.procedure_not_valid");
}

#[test]
fn who_may_act_is_said() {
    let mut walk = Walk::identification("2023-03-01");
    walk.until("application");
    let application = submit(&walk.step("application"));
    let lead = submit(&walk.step("lead"));
    let cadre = actor(Role::VillageCadre, "v");
    check(&walk.refused(&cadre, &lead), "case.step_not_current: step `lead` is not under way; under way: application");
    let county = actor(Role::CountyOfficer, "c");
    check(
        &walk.refused(&county, &application),
        "case.not_your_role: step `application` is taken by household or village_cadre at the level of the village or nearer",
    );
    let elsewhere = Actor { area: AreaCode::parse("520222104204").unwrap(), ..cadre.clone() };
    check(&walk.refused(&elsewhere, &application), "case.not_your_area: step `application` needs somebody responsible for 520222104203");
    let wide = Actor { area: AreaCode::parse("520222").unwrap(), ..cadre.clone() };
    check(&walk.refused(&wide, &application), "case.not_your_area");
    let other = Actor { household: Some("h2".to_owned()), ..actor(Role::Household, "x") };
    check(&walk.refused(&other, &application), "case.not_your_household");
    let visit = Act::Visit { step: "application".to_owned(), record: Record::default() };
    check(&walk.refused(&cadre, &visit), "case.wrong_act: `visit` is not what is done at step `application`, a application");
    let rejected = Act::Reject { step: "application".to_owned(), reason: "r".to_owned(), evidence: hash() };
    check(&walk.refused(&cadre, &rejected), "case.wrong_act");
    check(&walk.refused(&cadre, &Act::Withdraw { reason: "r".to_owned() }), "case.not_yours_to_withdraw");
    let escalate = Act::Escalate { step: None, reason: "r".to_owned() };
    check(&walk.refused(&cadre, &escalate), "case.not_yours_to_escalate");
    check(&walk.refused(&county, &escalate), "case.not_overdue: nothing is late: it is due on 2023-03-16");
    check(&walk.refused(&actor(Role::Household, "x"), &Act::Withdraw { reason: " ".to_owned() }), "case.reason_missing");
    walk.on = day("2023-02-28");
    check(&walk.refused(&cadre, &application), "case.backdated");
    walk.on = day("2023-03-01");
    walk.procedure = procedure("appeal");
    check(&walk.refused(&cadre, &application), "case.other_procedure");
}

#[test]
fn what_is_missing_is_said() {
    let mut walk = Walk::identification("2023-03-01");
    walk.until("application");
    let cadre = actor(Role::VillageCadre, "v");
    let record = Record { documents: set(&["application_and_commitment"]), ..Record::default() };
    let partial = Act::Submit { step: "application".to_owned(), record };
    check(&walk.refused(&cadre, &partial), "case.documents_missing: step `application` lacks these documents: asset_query_authorisation");
    let step = walk.step("application");
    let unsigned = Record { signature: Some(" ".to_owned()), ..full_record(&step) };
    check(&walk.refused(&cadre, &Act::Submit { step: "application".to_owned(), record: unsigned }), "case.signature_missing");
    walk.until("visit");
    let step = walk.step("visit");
    let alone = Record { persons: set(&["a", " a"]), ..full_record(&step) };
    let refused = walk.refused(&cadre, &Act::Visit { step: "visit".to_owned(), record: alone });
    check(&refused, "case.too_few_people: step `visit` needs 2 different persons, and 1 are named");
    walk.until("evaluation");
    let record = full_record(&walk.step("evaluation"));
    let vote = |entitled, present, agree| {
        let tally = Tally { entitled, present, agree, disagree: present.min(entitled) - agree, abstain: 0 };
        Act::Vote { step: "evaluation".to_owned(), record: record.clone(), tally, evidence: hash() }
    };
    check(&walk.refused(&cadre, &vote(30, 19, 19)), "case.quorum_missed: the quorum is 2/3 of 30 entitled, and 19 are present");
    check(&walk.refused(&cadre, &vote(30, 31, 10)), "case.votes_inconsistent");
    let tally = Tally { entitled: 3, present: 3, agree: 3, disagree: 0, abstain: 0 };
    let act = Act::Vote { step: "evaluation".to_owned(), record, tally, evidence: "ab".to_owned() };
    check(&walk.refused(&cadre, &act), "case.evidence_not_a_hash");
}

#[test]
fn notices_run_their_days_and_objections_stop_the_case() {
    let mut walk = Walk::identification("2023-03-01");
    walk.until("notice");
    let cadre = actor(Role::VillageCadre, "v");
    let record = full_record(&walk.step("notice"));
    let close = Act::CloseNotice { step: "notice".to_owned(), record };
    let publish = |from: &str| Act::PublishNotice { step: "notice".to_owned(), from: day(from) };
    let object = Act::Object { by: "o".to_owned(), text: "t".to_owned() };
    check(&walk.refused(&cadre, &close), "case.notice_not_published");
    check(&walk.refused(&cadre, &object), "case.notice_not_published");
    check(&walk.refused(&cadre, &publish("2023-02-20")), "case.notice_date");
    check(&walk.refused(&cadre, &publish("2023-03-02")), "case.notice_date");
    walk.act(&cadre, &publish("2023-03-01")).unwrap();
    check(&walk.refused(&cadre, &publish("2023-03-01")), "case.notice_published");
    walk.later(4);
    check(&walk.refused(&cadre, &close), "case.notice_runs: the notice is posted until 2023-03-05");
    walk.act(&cadre, &object).unwrap();
    walk.later(1);
    check(&walk.refused(&cadre, &close), "case.objection_open: objection 1 is open and stops the case");
    let resolve = Act::ResolveObjection { objection: 2, upheld: false, finding: "f".to_owned() };
    check(&walk.refused(&cadre, &resolve), "case.objection_unknown");
}

/// REG-3: who proposes never approves, and no decision without evidence.
#[test]
fn proposers_do_not_approve_and_flags_are_looked_at() {
    let mut walk = Walk::identification("2023-03-01");
    walk.until("visit");
    let comparison = walk.step("comparison");
    let flagged = Act::Compare { step: "comparison".to_owned(), record: full_record(&comparison), flagged: true };
    walk.act(&actor(Role::CountyOfficer, "c"), &flagged).unwrap();
    walk.until("township_review");
    let review = walk.step("township_review");
    let visitor = actor(Role::TownshipOfficer, "household visit-person-0");
    let refused = walk.refused(&visitor, &taking(&review, full_record(&review)));
    check(&refused, "case.same_person: `household visit-person-0` took part in step `visit` and so may not act at step `township_review`");
    walk.until("county_approval");
    let step = walk.step("county_approval");
    let approve = taking(&step, full_record(&step));
    let visitor = actor(Role::CountyOfficer, "household visit-person-1");
    check(&walk.refused(&visitor, &approve), "case.same_person");
    let opener = actor(Role::CountyOfficer, &walk.case.opened_by.clone());
    check(&walk.refused(&opener, &approve), "case.same_person");
    // A procedure that forgot to exclude the proposers changes nothing.
    for step in &mut walk.procedure.step {
        step.distinct_from.clear();
    }
    check(&walk.refused(&opener, &approve), "case.same_person");
    let approver = actor(Role::CountyOfficer, "approver");
    check(&walk.refused(&approver, &approve), "case.evidence_not_opened: the case is flagged: `approver` must open");
    let back = Act::Return { step: "county_approval".to_owned(), to: "entry".to_owned(), reason: "r".to_owned() };
    check(&walk.refused(&approver, &back), "case.return_not_allowed: step `county_approval` may send back to application");
    walk.act(&approver, &Act::OpenEvidence).unwrap();
    check(&walk.refused(&actor(Role::CountyOfficer, "another"), &approve), "case.evidence_not_opened");
    walk.act(&approver, &approve).unwrap();
    let opener = walk.case.opened_by.clone();
    check(&walk.refused(&actor(Role::Household, &opener), &Act::Withdraw { reason: "r".to_owned() }), "case.decided");
    walk.finish();
    check(&walk.refused(&approver, &approve), "case.closed: the case is closed: completed");
}
