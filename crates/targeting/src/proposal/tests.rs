use kernel::Language;
use proptest::prelude::*;

use super::*;

fn check(evidence: Evidence, expected: Proposal) {
    assert_eq!(decide(&evidence, &Policy::default()).proposal, expected, "{evidence:?}");
}

const OUTSIDE: Evidence = Evidence {
    registered: Some(false),
    below_line: None,
    income_margin: None,
    index_poor: None,
    index_score: None,
    probability: None,
    contradictions_against: 0,
    contradictions_for: 0,
    data_quality: 0,
    missing_fields: 0,
    secured: None,
};
const INSIDE: Evidence = Evidence { registered: Some(true), ..OUTSIDE };

#[test]
fn agreeing_facts_decide() {
    let poor = |base| Evidence { below_line: Some(true), index_poor: Some(true), ..base };
    let well = |base| Evidence { below_line: Some(false), index_poor: Some(false), secured: Some(true), ..base };
    check(poor(OUTSIDE), Proposal::Admit);
    check(poor(INSIDE), Proposal::Keep);
    check(well(OUTSIDE), Proposal::None);
    check(well(INSIDE), Proposal::ReviewRemoval);
}

#[test]
fn what_does_not_decide_is_visited() {
    for base in [OUTSIDE, INSIDE, Evidence::default()] {
        check(base, Proposal::Verify);
        // a low income that the model does not believe
        check(Evidence { below_line: Some(true), probability: Some((0.2, 0.1, 0.3)), ..base }, Proposal::Verify);
        // income within a tenth of the line, whatever the flag says
        check(Evidence { below_line: Some(true), income_margin: Some(-0.05), ..base }, Proposal::Verify);
        // a model alone, however sure
        check(Evidence { probability: Some((0.99, 0.97, 1.0)), ..base }, Proposal::Verify);
        // records alone
        check(Evidence { contradictions_against: 50, ..base }, Proposal::Verify);
        check(Evidence { contradictions_for: 50, ..base }, Proposal::Verify);
    }
}

#[test]
fn records_and_doubts_send_a_visitor() {
    let poor = |base| Evidence { below_line: Some(true), index_poor: Some(true), ..base };
    let well = |base| Evidence { below_line: Some(false), secured: Some(true), ..base };
    for base in [OUTSIDE, INSIDE] {
        check(Evidence { contradictions_against: 2, ..poor(base) }, Proposal::Verify);
        check(Evidence { data_quality: 3, ..poor(base) }, Proposal::Verify);
        check(Evidence { missing_fields: 9, ..poor(base) }, Proposal::Verify);
        check(Evidence { contradictions_for: 2, ..well(base) }, Proposal::Verify);
        check(Evidence { probability: Some((0.3, 0.1, 0.6)), ..well(base) }, Proposal::Verify);
    }
    // records against together with a fact: review, never removal by records alone
    check(Evidence { contradictions_against: 3, below_line: Some(false), ..INSIDE }, Proposal::ReviewRemoval);
    // one weak fact is not enough to review
    check(Evidence { index_poor: Some(false), index_score: Some(0.3), ..INSIDE }, Proposal::Verify);
}

#[test]
fn unusable_numbers_count_as_missing() {
    let broken =
        Evidence { income_margin: Some(f64::NAN), index_score: Some(f64::INFINITY), probability: Some((f64::NAN, 0.0, 1.0)), ..INSIDE };
    let decision = decide(&broken, &Policy::default());
    assert_eq!(decision.proposal, Proposal::Verify);
    assert!(decision.need.abs() < 1e-12);
    assert_eq!(decision.priority, 500_000);
}

#[test]
fn reasons_name_what_was_seen() {
    let evidence = Evidence {
        income_margin: Some(-0.25),
        index_poor: Some(false),
        index_score: Some(0.2),
        probability: Some((0.7, 0.6, 0.8)),
        contradictions_against: 4,
        ..OUTSIDE
    };
    let codes: Vec<ReasonCode> = decide(&evidence, &Policy::default()).reasons.into_iter().map(|reason| reason.code).collect();
    assert_eq!(
        codes,
        [
            ReasonCode::IncomeBelowLine,
            ReasonCode::IndexNotPoor,
            ReasonCode::SecurityUnknown,
            ReasonCode::FactsDisagree,
            ReasonCode::ModelLikely,
            ReasonCode::RecordsAgainst,
        ]
    );
}

#[test]
fn the_catalogue_is_complete() {
    let mut texts: Vec<&str> =
        ReasonCode::ALL.iter().flat_map(|code| [reason_text(*code, Language::Zh), reason_text(*code, Language::En)]).collect();
    assert!(texts.iter().all(|text| !text.is_empty()));
    texts.sort_unstable();
    texts.dedup();
    assert_eq!(texts.len(), 36);
    for code in ReasonCode::ALL {
        let holds = |language| reason_text(code, language).contains("{value}");
        assert_eq!(holds(Language::Zh), holds(Language::En), "{code:?}");
    }
}

#[test]
fn policies_out_of_order_are_refused() {
    assert!(Policy::default().check().is_ok());
    let code = |policy: Policy| policy.check().unwrap_err().code();
    assert_eq!(code(Policy { remove_at: 10.0, ..Policy::default() }), "targeting.proposal.order");
    assert_eq!(code(Policy { model_points: -1.0, ..Policy::default() }), "targeting.proposal.negative");
    assert_eq!(code(Policy { keep_at: f64::NAN, ..Policy::default() }), "targeting.proposal.order");
}

fn candidate(id: u64, evidence: Evidence) -> Candidate<u64> {
    Candidate { id, decision: decide(&evidence, &Policy::default()) }
}

#[test]
fn places_go_to_the_neediest_and_ties_to_the_lower_id() {
    let poor = Evidence { below_line: Some(true), index_poor: Some(true), ..OUTSIDE };
    let poorer = Evidence { secured: Some(false), ..poor };
    let well = Evidence { below_line: Some(false), ..OUTSIDE };
    let unknown = OUTSIDE;
    let list = [candidate(9, poor), candidate(4, poor), candidate(7, poorer), candidate(1, well), candidate(3, unknown)];
    let found = allot(&list, 2);
    let ids = |places: &[Place<u64>]| places.iter().map(|place| (place.id, place.to_verify)).collect::<Vec<_>>();
    assert_eq!(ids(&found.places), [(7, false), (4, false)]);
    assert_eq!(ids(&found.reserve), [(9, false), (3, true)]);
    assert!(allot(&list, 0).places.is_empty());
}

#[test]
fn visits_go_where_an_error_is_likeliest() {
    let missed = Evidence { below_line: Some(true), index_poor: Some(true), ..OUTSIDE };
    let doubtful = Evidence { contradictions_against: 5, ..INSIDE };
    let kept = Evidence { below_line: Some(true), index_poor: Some(true), ..INSIDE };
    let list = [candidate(5, OUTSIDE), candidate(2, OUTSIDE), candidate(8, missed), candidate(6, doubtful), candidate(1, kept)];
    assert_eq!(visits(&list, 10), [8, 6, 2, 5]);
    assert_eq!(visits(&list, 1), [8]);
}

const fn towards_help(proposal: Proposal) -> u8 {
    match proposal {
        Proposal::None | Proposal::ReviewRemoval => 0,
        Proposal::Verify => 1,
        Proposal::Admit | Proposal::Keep => 2,
    }
}

fn flag() -> impl Strategy<Value = Option<bool>> {
    prop_oneof![Just(None), Just(Some(true)), Just(Some(false))]
}

prop_compose! {
    fn evidence()(
        registered in flag(),
        below_line in flag(),
        income_margin in proptest::option::of(-1.5..1.5_f64),
        index_poor in flag(),
        index_score in proptest::option::of(0.0..=1.0_f64),
        probability in proptest::option::of((0.0..=1.0_f64, 0.0..=1.0_f64, 0.0..=1.0_f64)),
        (contradictions_against, contradictions_for, data_quality, missing_fields) in (0..5_u32, 0..3_u32, 0..5_u32, 0..12_u32),
        secured in flag(),
    ) -> Evidence {
        let probability = probability.map(|(a, b, c)| {
            let mut ends = [a, b, c];
            ends.sort_by(f64::total_cmp);
            (ends[1], ends[0], ends[2])
        });
        Evidence {
            registered, below_line, income_margin, index_poor, index_score, probability,
            contradictions_against, contradictions_for, data_quality, missing_fields, secured,
        }
    }
}

/// Not poor, unknown, poor: one step towards poor.
const fn needier(flag: Option<bool>) -> Option<bool> {
    match flag {
        Some(false) => None,
        None | Some(true) => Some(true),
    }
}

fn steps(from: Evidence, amount: f64) -> Vec<Evidence> {
    let up = |value: f64| (value + amount).min(1.0);
    vec![
        Evidence { below_line: needier(from.below_line), ..from },
        Evidence { income_margin: from.income_margin.map(|margin| margin - amount), ..from },
        Evidence { index_poor: needier(from.index_poor), ..from },
        Evidence { index_score: from.index_score.map(up), ..from },
        Evidence { probability: from.probability.map(|(p, low, high)| (up(p), up(low), up(high))), ..from },
        Evidence { contradictions_for: from.contradictions_for + 1, ..from },
        Evidence { contradictions_against: from.contradictions_against.saturating_sub(1), ..from },
        Evidence { secured: needier(from.secured.map(|secured| !secured)).map(|poor| !poor), ..from },
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn more_need_never_moves_away_from_help(
        from in evidence(),
        amount in 0.0..1.0_f64,
        points in proptest::array::uniform5(0.0..60.0_f64),
        mut thresholds in proptest::array::uniform3(-60.0..60.0_f64),
        verify_width in 0.0..0.4_f64,
        veto_weight in 0..4_u32,
    ) {
        thresholds.sort_by(f64::total_cmp);
        let [remove_at, keep_at, admit_at] = thresholds;
        let [line_points, index_points, secured_points, model_points, contradiction_points] = points;
        let policy = Policy {
            remove_at, keep_at, admit_at, verify_width, veto_weight,
            line_points, index_points, secured_points, model_points, contradiction_points,
            ..Policy::default()
        };
        policy.check().unwrap();
        let before = decide(&from, &policy);
        for to in steps(from, amount) {
            let after = decide(&to, &policy);
            prop_assert!(towards_help(after.proposal) >= towards_help(before.proposal), "{to:?}");
            prop_assert!(after.need >= before.need - 1e-9);
        }
    }

    /// No model score and no record admits, keeps or removes without a fact.
    #[test]
    fn without_facts_nothing_is_decided(from in evidence()) {
        let blind = Evidence { below_line: None, income_margin: None, index_poor: None, secured: None, ..from };
        let proposal = decide(&blind, &Policy::default()).proposal;
        prop_assert!(matches!(proposal, Proposal::Verify | Proposal::None), "{proposal:?}");
    }

    #[test]
    fn proposals_fit_the_register(from in evidence()) {
        let proposal = decide(&from, &Policy::default()).proposal;
        let inside = [Proposal::Keep, Proposal::Verify, Proposal::ReviewRemoval].contains(&proposal);
        let outside = [Proposal::Admit, Proposal::Verify, Proposal::None].contains(&proposal);
        let fits = if from.registered == Some(true) { inside } else { outside };
        prop_assert!(fits);
    }
}

/// Where a programme knows neither line nor index, an unlikely household outside it is left alone and nobody inside is removed.
#[test]
fn an_unlikely_household_without_facts_is_not_visited() {
    let unlikely = |base| Evidence { probability: Some((0.01, 0.0, 0.03)), ..base };
    check(unlikely(OUTSIDE), Proposal::None);
    check(unlikely(INSIDE), Proposal::Verify);
}
