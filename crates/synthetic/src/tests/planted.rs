//! What was planted is in the data it names.

use super::*;
use crate::codes::{Coded, Family};

#[test]
fn every_family_occurs() {
    let (register, _) = county(1, 20_000);
    for family in Family::LIST {
        assert!(!register.planted(family).is_empty(), "{family}");
    }
}

/// Households whose people have a row in an extract.
fn in_extract(register: &Register, table: &str) -> BTreeSet<i64> {
    let subjects: BTreeSet<Option<&str>> = register.texts(table, "identity").into_iter().collect();
    let identities = register.texts("person", "identity");
    let households = register.serials("person", "household");
    let found = identities.iter().zip(households).filter(|(identity, _)| identity.is_some() && subjects.contains(identity));
    found.map(|(_, household)| *household).collect()
}

#[test]
fn wealth_that_is_hidden_is_denied_and_shown() {
    let (register, _) = county(4, 8_000);
    let households = register.serials("contradiction", "household");
    let families = register.texts("contradiction", "family");
    let hidden = register.booleans("contradiction", "hidden");
    let visible = register.booleans("contradiction", "visible");
    let place: BTreeMap<i64, usize> = register.serials("household", "household").iter().copied().zip(0..).collect();
    for (family, column, table) in [
        ("vehicle", "vehicle_declared", "vehicle"),
        ("second_house", "second_house_declared", "property"),
        ("company", "company_declared", "company"),
    ] {
        let declared = register.booleans("household", column);
        let shown = in_extract(&register, table);
        let (mut named, mut found) = (0, 0);
        for row in (0..households.len()).filter(|row| families[*row] == Some(family)) {
            let household = households[row];
            assert_eq!(declared[place[&household]], hidden[row].map(|hidden| !hidden), "{family} {household}");
            if visible[row] == Some(true) {
                named += 1;
                found += usize::from(shown.contains(&household));
            }
        }
        // an owner may be among the members missed, or his number mistyped
        assert!(named > 50 && found * 100 > named * 94, "{family}: {found} of {named}");
    }
}

#[test]
fn identities_are_valid_and_unique_but_for_those_planted() {
    let (register, _) = county(6, 20_000);
    let wrong = register.planted("identity");
    let mut twice = register.planted("duplicate_identity");
    twice.extend(register.planted("near_duplicate"));
    let households = register.serials("person", "household");
    let mut seen: BTreeMap<&str, i64> = BTreeMap::new();
    let mut repeated = 0;
    for (identity, household) in register.texts("person", "identity").into_iter().zip(households) {
        let Some(identity) = identity else { continue };
        let bytes = identity.as_bytes();
        let valid = bytes.len() == 18 && crate::check_digit(&bytes[..17]) == bytes[17];
        assert!(valid || wrong.contains(household), "{identity} {household}");
        if let Some(other) = seen.insert(identity, *household) {
            repeated += 1;
            assert!(twice.contains(household) && twice.contains(&other), "{identity}");
        }
    }
    assert!((40..250).contains(&repeated), "{repeated}");
}

#[test]
fn the_dead_and_the_forgotten_are_where_they_are_said_to_be() {
    let (register, _) = county(6, 8_000);
    let listed: BTreeSet<Option<&str>> = register.texts("person", "identity").into_iter().collect();
    let dead = register.texts("death", "identity");
    assert!(dead.iter().filter(|identity| listed.contains(*identity)).count() * 10 > dead.len() * 9);
    let planted = register.planted("death").len();
    assert!((20..200).contains(&planted), "{planted}");

    let unsurveyed = register.texts("unsurveyed", "identity");
    let twice = unsurveyed.iter().filter(|identity| listed.contains(*identity)).count();
    assert!(twice <= 1, "{twice} of {}", unsurveyed.len());
    let patients: BTreeSet<Option<&str>> = register.texts("hospital", "identity").into_iter().collect();
    let found = unsurveyed.iter().filter(|identity| patients.contains(*identity)).count();
    assert!(found > 10, "{found}");
}

#[test]
fn shared_telephones_and_sums_that_fail_are_planted() {
    let (register, _) = county(9, 8_000);
    let households = register.serials("household", "household");
    let mut users: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for (phone, household) in register.texts("household", "phone").into_iter().zip(households) {
        if let Some(phone) = phone {
            assert_eq!(phone.len(), 11);
            assert!(phone.starts_with("10") || phone.starts_with("11"));
            users.entry(phone).or_default().push(*household);
        }
    }
    let shared = register.planted("shared_phone");
    let found: BTreeSet<i64> = users.values().filter(|all| all.len() > 1).flatten().copied().collect();
    let stray: Vec<&i64> = found.difference(&shared).collect();
    assert!(stray.is_empty(), "{stray:?}");
    assert!(found.len() * 10 > shared.len() * 9, "{} of {}", found.len(), shared.len());

    let sums = register.planted("income_composition");
    let of = |column: &str| register.money("household", column).iter().map(|cell| cell.unwrap()).collect::<Vec<i64>>();
    let (crop, livestock, orchard) = (of("crop_income"), of("livestock_income"), of("orchard_income"));
    let (other, production, wage) = (of("other_production_income"), of("production_income"), of("wage_income"));
    let (property, transfer, cost, net) = (of("property_income"), of("transfer_income"), of("production_cost"), of("net_income"));
    for row in 0..households.len() {
        let parts = crop[row] + livestock[row] + orchard[row] + other[row];
        let holds = parts == production[row] && net[row] == wage[row] + production[row] + property[row] + transfer[row] - cost[row];
        assert!(holds || sums.contains(&households[row]), "{}", households[row]);
    }
}
