use super::*;

fn generate(settings: &Settings, reverse: bool) -> Register {
    let plan = plan(settings).unwrap();
    let mut parts: Vec<usize> = (0..plan.parts()).collect();
    if reverse {
        parts.reverse();
    }
    let mut made: Vec<(usize, Register)> = parts
        .into_iter()
        .map(|part| {
            let mut register = Register::default();
            plan.generate(part, &mut register).unwrap();
            (part, register)
        })
        .collect();
    made.sort_by_key(|(part, _)| *part);
    let mut all = Register::default();
    for (_, register) in made {
        for (table, columns) in register.tables {
            all.batch(table, columns).unwrap();
        }
        all.batches += register.batches;
    }
    all
}

#[test]
fn the_same_bytes_whatever_the_chunking() {
    let usual = Settings::county(11, 3_000);
    let whole = generate(&usual, false);
    assert_eq!(whole.digest(), generate(&usual, false).digest());
    let small = Settings { batch_households: 1, part_households: 900, ..usual.clone() };
    let pieces = generate(&small, true);
    assert!(pieces.batches > whole.batches);
    assert_eq!(whole.digest(), pieces.digest());
    let other = generate(&Settings { seed: 12, ..usual }, false);
    assert_ne!(whole.digest(), other.digest());
}

#[test]
fn a_part_outside_the_plan_is_refused() {
    let plan = plan(&Settings::county(1, 100)).unwrap();
    let refused = plan.generate(1, &mut Register::default()).unwrap_err();
    assert_eq!(refused.to_string(), "part 1 is outside the plan of 1 parts");
}

#[test]
fn settings_that_cannot_hold_are_refused() {
    let county = Settings::county(1, 100);
    for wrong in [
        Settings { incidence: 0.9, ..county.clone() },
        Settings { area: Vec::new(), ..county.clone() },
        Settings { coverage: 1.5, ..county.clone() },
        Settings { households: 10_000_000, ..county },
    ] {
        assert!(matches!(plan(&wrong), Err(Error::Settings(_))));
    }
}

#[test]
fn minimal_columns_are_the_same_values() {
    let full = generate(&Settings::county(5, 1_000), false);
    let minimal = generate(&Settings { minimal_columns: true, extracts: false, ..Settings::county(5, 1_000) }, false);
    let (full, minimal) = (full.digest(), minimal.digest());
    assert!(minimal.len() < 60, "{}", minimal.len());
    for (column, digest) in minimal {
        assert_eq!(full.get(&column), Some(&digest), "{column}");
    }
}

#[test]
fn the_national_register_has_31_provinces() {
    let plan = plan(&Settings::national(1, 30_000_000)).unwrap();
    assert_eq!(plan.households(), 30_000_000);
    assert!((120_000..140_000).contains(&plan.villages()), "{}", plan.villages());
    let provinces: BTreeSet<u32> = (0..plan.parts()).map(|part| plan.part(part).unwrap().province).collect();
    assert_eq!(provinces.len(), 31);
    assert!((0..plan.parts()).all(|part| plan.part(part).unwrap().households <= 500_000));
}

#[test]
fn counts_add_up() {
    let (register, summary) = county(3, 4_000);
    assert_eq!(summary.of("household"), 4_000);
    assert_eq!(summary.of("truth"), 4_000);
    for (table, rows) in &summary.rows {
        assert_eq!(register.rows(table), usize::try_from(*rows).unwrap(), "{table}");
    }
}

#[test]
fn rows_are_sorted() {
    let (register, _) = county(3, 4_000);
    let ascending = |all: &[i64]| all.windows(2).all(|pair| pair[0] <= pair[1]);
    for table in ["household", "person", "truth", "measure", "contradiction", "tie", "unsurveyed"] {
        assert!(ascending(register.serials(table, "household")), "{table}");
    }
    let persons = register.serials("person", "person");
    assert!(persons.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(ascending(register.serials("household", "village")));
    for table in ["vehicle", "insurance", "hospital", "migrant", "allowance"] {
        assert!(ascending(register.serials(table, "village")), "{table}");
    }
    let identities = register.texts("person", "identity");
    let place: BTreeMap<&str, i64> = identities
        .iter()
        .zip(register.serials("person", "household"))
        .rev()
        .filter_map(|(identity, household)| Some(((*identity)?, *household)))
        .collect();
    let matched: Vec<i64> =
        register.texts("insurance", "identity").iter().filter_map(|identity| place.get(identity.unwrap()).copied()).collect();
    assert!(ascending(&matched));
}

#[test]
fn every_person_has_a_household_and_sizes_hold() {
    let (register, _) = county(3, 4_000);
    let mut listed: BTreeMap<i64, i32> = BTreeMap::new();
    for household in register.serials("person", "household") {
        *listed.entry(*household).or_default() += 1;
    }
    let households = register.serials("household", "household");
    let miscounted = register.planted("members");
    assert_eq!(listed.len(), households.len());
    for (household, size) in households.iter().zip(register.integers("household", "size")) {
        let holds = listed.get(household) == size.as_ref();
        assert!(holds || miscounted.contains(household), "{household}");
    }
    let known: BTreeSet<i64> = households.iter().copied().collect();
    for table in ["truth", "measure", "application", "contradiction", "tie"] {
        let all = register.serials(table, "household");
        assert!(all.iter().all(|household| known.contains(household)), "{table}");
    }
}

#[test]
fn relations_hold_but_for_planted_mistakes() {
    let (register, _) = county(8, 20_000);
    let households = register.serials("person", "household");
    let relations = register.texts("person", "relation");
    let sexes = register.texts("person", "sex");
    let born = register.integers("person", "born_on");
    let wrong: BTreeSet<i64> = register.planted("members").union(&register.planted("identity")).copied().collect();
    let (mut of, mut head) = (0, (0, ""));
    for row in 0..households.len() {
        let first = households[row] != of;
        let relation = relations[row].unwrap();
        assert_eq!(first, relation == "head", "{}", households[row]);
        if first {
            of = households[row];
            head = (born[row].unwrap(), sexes[row].unwrap());
        } else if !wrong.contains(&of) {
            let years = f64::from(born[row].unwrap() - head.0) / 365.25;
            let sex = sexes[row].unwrap();
            match relation {
                "spouse" => assert_ne!(sex, head.1, "{of}"),
                "son" | "daughter" => assert!(years > 13.0, "{of} {relation} {years}"),
                "father" | "mother" => assert!(years < -13.0, "{of} {relation} {years}"),
                "sons_son" | "sons_daughter" => assert!(years > 28.0, "{of} {relation} {years}"),
                _ => {}
            }
            let male = ["son", "son_in_law", "sons_son", "father", "wifes_father", "nephew", "uncle"];
            let female = ["daughter", "daughter_in_law", "mother", "sons_daughter", "brothers_wife", "niece"];
            assert!(!(male.contains(&relation) && sex == "female"), "{of} {relation}");
            assert!(!(female.contains(&relation) && sex == "male"), "{of} {relation}");
        }
    }
    let seen: BTreeSet<&str> = relations.iter().flatten().copied().collect();
    assert_eq!(seen.len(), 28, "{seen:?}");
}
