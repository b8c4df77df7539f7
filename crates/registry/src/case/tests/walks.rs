use super::*;

#[test]
fn every_shipped_procedure_leads_to_its_outcome() {
    let programme = china();
    let mut decided = Vec::new();
    for procedure in programme.procedures.iter().filter(|procedure| procedure.outcome != Outcome::UpholdOrOverturn) {
        let mut walk =
            Walk::open(procedure.part.clone(), programme.working_calendar(), procedure.valid_from + Days::new(30), None).unwrap();
        walk.finish();
        assert_eq!(walk.case.state, CaseState::Completed, "{}", procedure.name());
        assert_eq!(walk.case.done.len(), procedure.chain().len());
        assert_eq!(Case::replay(&walk.events).unwrap(), walk.case);
        let decision = walk.case.decision.clone().unwrap();
        assert_eq!(decision.evidence, hash());
        decided.push(decision.outcome);
    }
    assert_eq!(decided, [Ruling::Enter, Ruling::Exit, Ruling::Exit, Ruling::Enter, Ruling::StrikeOff, Ruling::Reenter]);
}

#[test]
fn an_appeal_suspends_and_is_judged_by_others() {
    let mut first = Walk::identification("2023-03-01");
    let early = Walk::open(procedure("appeal"), Calendar::default(), first.on, Some(&first.case));
    assert_eq!(early.err().unwrap().key(), "case.nothing_to_appeal");
    first.finish();
    let on = first.on;
    let mut walk = Walk::open(procedure("appeal"), Calendar::default(), on, Some(&first.case)).unwrap();
    assert_eq!(walk.case.suspends(), Some("c1"));
    walk.until("ruling");
    let ruling = walk.step("ruling");
    let before = actor(Role::AppealsOfficer, "county_approval-county_officer");
    let refused = walk.refused(&before, &taking(&ruling, full_record(&ruling)));
    assert!(refused.starts_with("case.took_part_in_decision: `county_approval-county_officer` took part in case `c1`"), "{refused}");
    let mut upheld = Walk {
        events: walk.events.clone(),
        case: walk.case.clone(),
        ..Walk::open(procedure("appeal"), Calendar::default(), on, Some(&first.case)).unwrap()
    };
    upheld.on = walk.on;
    let judge = taker(&ruling, Role::AppealsOfficer);
    upheld.act(&judge, &Act::Reject { step: "ruling".to_owned(), reason: "r".to_owned(), evidence: hash() }).unwrap();
    assert_eq!(upheld.case.decision.as_ref().map(|d| d.outcome), Some(Ruling::Upheld));
    walk.finish();
    assert_eq!(walk.case.decision.as_ref().map(|d| d.outcome), Some(Ruling::Overturned));
    assert_eq!(walk.case.suspends(), None);
}

#[test]
fn visit_and_comparison_run_beside_each_other() {
    let mut walk = Walk::identification("2023-03-01");
    walk.until("visit");
    let current: Vec<&str> = walk.case.current.keys().map(String::as_str).collect();
    assert_eq!(current, ["comparison", "visit"]);
    walk.take("comparison");
    assert!(!walk.case.current.contains_key("evaluation"));
    walk.take("visit");
    assert!(walk.case.current.contains_key("evaluation"));
}

#[test]
fn a_lost_vote_rejects_and_a_new_case_may_follow() {
    let mut walk = Walk::identification("2023-03-01");
    walk.until("evaluation");
    let step = walk.step("evaluation");
    let tally = Tally { entitled: 30, present: 20, agree: 10, disagree: 10, abstain: 0 };
    let act = Act::Vote { step: "evaluation".to_owned(), record: full_record(&step), tally, evidence: hash() };
    walk.act(&taker(&step, Role::VillageCadre), &act).unwrap();
    assert_eq!(walk.case.state, CaseState::Rejected);
    let decision = walk.case.decision.clone().unwrap();
    assert_eq!((decision.outcome, decision.reason.as_deref()), (Ruling::Rejected, Some("10 of 20 present agreed")));
    assert!(Walk::open(procedure("identification"), Calendar::default(), walk.on, None).is_ok());
}

#[test]
fn an_upheld_objection_sends_back_and_a_rejected_one_resumes() {
    let mut walk = Walk::identification("2023-03-01");
    walk.until("notice");
    let cadre = actor(Role::VillageCadre, "v");
    let checker = actor(Role::TownshipOfficer, "checker");
    walk.act(&cadre, &Act::PublishNotice { step: "notice".to_owned(), from: walk.on }).unwrap();
    let due = walk.case.due.unwrap();
    let object = Act::Object { by: "o".to_owned(), text: "t".to_owned() };
    walk.act(&cadre, &object).unwrap();
    walk.later(20);
    assert_eq!(walk.case.overdue(walk.on), []);
    let resolve = |objection, upheld| Act::ResolveObjection { objection, upheld, finding: "f".to_owned() };
    walk.act(&checker, &resolve(1, false)).unwrap();
    assert_eq!(walk.case.due, Some(due + Days::new(20)));
    assert!(walk.case.current.contains_key("notice"));
    walk.act(&cadre, &object).unwrap();
    walk.act(&checker, &resolve(2, true)).unwrap();
    let current: Vec<&str> = walk.case.current.keys().map(String::as_str).collect();
    assert_eq!(current, ["comparison", "visit"]);
    assert_eq!((walk.case.returns.len(), walk.case.posting.clone()), (1, None));
    walk.finish();
    assert_eq!(walk.case.state, CaseState::Completed);
}

/// Hainan counts 20 working days; National Day 2023 (国办发明电〔2022〕16号) lies within.
#[test]
fn published_holidays_move_the_due_day_of_a_chain() {
    let hainan = loaded(|text| text.replacen("within = \"15 days\"", "within = \"20 working days\"", 1));
    let calendar = hainan.working_calendar();
    let hainan = hainan.procedures[0].part.clone();
    let mut walk = Walk::open(hainan, calendar, day("2023-09-25"), None).unwrap();
    assert_eq!(walk.case.due, Some(day("2023-10-27")));
    walk.until("notice");
    let cadre = actor(Role::VillageCadre, "v");
    walk.act(&cadre, &Act::PublishNotice { step: "notice".to_owned(), from: walk.on }).unwrap();
    walk.on = day("2023-09-28");
    walk.act(&cadre, &Act::Object { by: "o".to_owned(), text: "t".to_owned() }).unwrap();
    // Open over the holiday and its two make-up days: two working days do not count.
    walk.on = day("2023-10-08");
    let resolve = Act::ResolveObjection { objection: 1, upheld: false, finding: "f".to_owned() };
    walk.act(&actor(Role::TownshipOfficer, "checker"), &resolve).unwrap();
    assert_eq!(walk.case.due, Some(day("2023-10-31")));
}

#[test]
fn events_are_stored_with_stable_names() {
    let mut walk = Walk::identification("2023-03-01");
    walk.until("application");
    let lines: Vec<String> = walk.events.iter().map(|event| serde_json::to_string(&event.change).unwrap()).collect();
    assert_eq!(lines[1], r#"{"type":"begun","step":"lead","due":"2023-03-03"}"#);
    assert_eq!(lines[2], r#"{"type":"recorded","step":"lead","record":{}}"#);
    walk.finish();
    let stored = serde_json::to_string(&walk.events).unwrap();
    let read: Vec<CaseEvent> = serde_json::from_str(&stored).unwrap();
    assert_eq!(Case::replay(&read).unwrap(), walk.case);
    assert!(matches!(Case::replay(&read[1..]), Err(Broken::NotOpened)));
    assert!(matches!(Case::replay(&[read[0].clone(), read[2].clone()]), Err(Broken::Gap { expected: 2, found: 3, .. })));
}

#[test]
fn delays_are_listed_and_noted() {
    let mut walk = Walk::identification("2023-03-01");
    walk.later(20);
    let late: Vec<_> = walk.case.overdue(walk.on).into_iter().map(|late| (late.step, late.days)).collect();
    assert_eq!(late, [(None, 5), (Some("lead".to_owned()), 18)]);
    let county = actor(Role::CountyOfficer, "county");
    walk.act(&county, &Act::Escalate { step: Some("lead".to_owned()), reason: "call the township".to_owned() }).unwrap();
    assert_eq!(walk.case.escalations.len(), 1);
}
