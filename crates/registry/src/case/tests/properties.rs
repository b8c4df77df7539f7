use proptest::prelude::*;

use super::*;

const ROLES: [Role; 7] = [
    Role::Household,
    Role::VillageCadre,
    Role::VillageRepresentative,
    Role::TownshipOfficer,
    Role::CountyOfficer,
    Role::DepartmentOfficer,
    Role::AppealsOfficer,
];

/// One random move: who, which of the acts on offer, how sloppily, how many days later.
type Move = (usize, usize, usize, u8, u64);

fn moves() -> impl Strategy<Value = Vec<Move>> {
    prop::collection::vec((0..7_usize, 0..9_usize, 0..12_usize, 0..8_u8, 0..4_u64), 1..120)
}

/// An act of that kind; `sloppy` leaves things out.
fn act_of(walk: &Walk, next: &NextAct, sloppy: u8, pick: usize) -> Act {
    let name = next.step.clone().unwrap_or_default();
    let step = walk.procedure.step(&name).cloned();
    let record = step.as_ref().filter(|_| sloppy != 0).map(full_record).unwrap_or_default();
    let reason = if sloppy == 1 { String::new() } else { "r".to_owned() };
    match next.kind {
        ActKind::Submit => Act::Submit { step: name, record },
        ActKind::PublishNotice => Act::PublishNotice { step: name, from: walk.on },
        ActKind::Object => Act::Object { by: "o".to_owned(), text: reason },
        ActKind::ResolveObjection => Act::ResolveObjection { objection: next.objection.unwrap(), upheld: sloppy == 2, finding: reason },
        ActKind::OpenEvidence => Act::OpenEvidence,
        ActKind::Reject => Act::Reject { step: name, reason, evidence: hash() },
        ActKind::Return => Act::Return { step: name, to: next.to[pick % next.to.len()].clone(), reason },
        ActKind::Withdraw => Act::Withdraw { reason },
        ActKind::Escalate => Act::Escalate { step: next.step.clone(), reason },
        ActKind::Compare => Act::Compare { step: name, record, flagged: sloppy > 4 },
        ActKind::Visit
        | ActKind::Vote
        | ActKind::CloseNotice
        | ActKind::Hear
        | ActKind::Review
        | ActKind::Approve
        | ActKind::Announce
        | ActKind::Enter => taking(&step.unwrap(), record),
    }
}

/// Plays the moves: mostly what is on offer, sometimes something else.
fn play(id: &str, moves: &[Move]) -> Walk {
    let mut walk = Walk::open(procedure(id), Calendar::default(), day("2020-03-02"), None)
        .or_else(|_| Walk::open(procedure(id), Calendar::default(), day("2021-03-01"), None))
        .unwrap();
    for (role, account, pick, sloppy, days) in moves {
        walk.later(*days);
        // The first role from a random one on that has something to do.
        let roles = ROLES.iter().cycle().skip(*role).take(ROLES.len());
        let offers = roles.map(|role| actor(*role, &format!("account-{account}")));
        let offers = offers.map(|actor| (walk.case.next_acts(walk.rules(), &actor, walk.on), actor));
        let Some((offered, actor)) = offers.into_iter().find(|(offered, _)| !offered.is_empty()) else { continue };
        // Mostly what leads on; endings are rare, so that most plays get far.
        let ends = |kind| matches!(kind, ActKind::Withdraw | ActKind::Reject);
        let side = |kind| matches!(kind, ActKind::Object | ActKind::OpenEvidence | ActKind::Escalate | ActKind::Return);
        let wanted = |next: &&NextAct| !(ends(next.kind) && (*sloppy, *pick) != (7, 0) || side(next.kind) && *pick > 1);
        let candidates: Vec<&NextAct> = offered.iter().filter(wanted).collect();
        let Some(next) = candidates.get((pick + usize::from(*sloppy)) % candidates.len().max(1)) else { continue };
        let act = act_of(&walk, next, *sloppy, *pick);
        let before = walk.case.clone();
        match walk.act(&actor, &act) {
            Ok(()) => {}
            Err(_) => assert_eq!(walk.case, before),
        }
        // Something that nobody offered must be refused or taken, never break.
        let wild = Act::Visit { step: format!("step-{pick}"), record: Record::default() };
        assert!(decide(&walk.case, walk.rules(), &actor, &wild, moment(walk.on)).is_err());
    }
    walk
}

fn any_procedure() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["identification", "risk_elimination", "poverty_exit", "annual_adjustment", "strike_off", "fast_reentry"])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// REG-3: the stored events are the case; no proposer approves; nothing is entered before every step is taken.
    #[test]
    fn histories_hold_together(id in any_procedure(), moves in moves(), fast in any::<bool>()) {
        let mut walk = play(id, &moves);
        if fast {
            // Take the rest as it should be taken, so that decisions are reached often.
            if walk.case.open_objection().is_none() && walk.case.open_posting().is_none() && !walk.case.flagged {
                walk.finish();
            }
        }
        prop_assert_eq!(&Case::replay(&walk.events).unwrap(), &walk.case);
        let mut done: BTreeSet<String> = BTreeSet::new();
        let mut proposers: BTreeSet<String> = BTreeSet::new();
        for event in &walk.events {
            if let Change::Recorded { step, record } = &event.change
                && walk.procedure.step(step).unwrap().kind.proposes()
            {
                proposers.insert(event.by.clone());
                proposers.extend(record.persons.iter().cloned());
            }
            if let Change::Returned { reset, .. } = &event.change {
                done.retain(|step| !reset.contains(step));
            }
            if let Change::Decided(decision) = &event.change
                && decision.outcome.grants()
            {
                prop_assert!(!proposers.contains(&decision.by));
                prop_assert_eq!(&decision.by, &event.by);
            }
            if let Change::Done { step } = &event.change {
                let chain = walk.procedure.chain();
                let earlier = chain.iter().take_while(|other| other.name() != step);
                let missing: Vec<&str> = earlier.map(|other| other.name()).filter(|other| !done.contains(*other)).collect();
                let entry = walk.procedure.step(step).unwrap().kind == StepKind::Entry;
                prop_assert!(!entry || missing.is_empty(), "{} before {:?}", step, missing);
                done.insert(step.clone());
            }
        }
    }

    /// Time during which an objection is open moves the due day by exactly its length.
    #[test]
    fn stopped_time_never_counts(stops in prop::collection::vec((0..3_u64, 0..40_u64), 1..6)) {
        let mut walk = Walk::identification("2023-03-01");
        walk.until("notice");
        let (cadre, checker) = (actor(Role::VillageCadre, "v"), actor(Role::TownshipOfficer, "checker"));
        walk.act(&cadre, &Act::PublishNotice { step: "notice".to_owned(), from: walk.on }).unwrap();
        let (planned, mut stopped) = (walk.case.due.unwrap(), 0);
        for (number, (before, open)) in (1_u32..).zip(stops) {
            walk.later(before);
            walk.act(&cadre, &Act::Object { by: "o".to_owned(), text: "t".to_owned() }).unwrap();
            let late = walk.case.overdue(walk.on);
            walk.later(open);
            prop_assert_eq!(&walk.case.overdue(walk.on), &late);
            stopped += open;
            walk.act(&checker, &Act::ResolveObjection { objection: number, upheld: false, finding: "f".to_owned() }).unwrap();
            prop_assert_eq!(walk.case.overdue(walk.on), late);
        }
        prop_assert_eq!(walk.case.due.unwrap(), planned + Days::new(stopped));
    }
}
