//! Tables `household` and `truth`.

use crate::codes::Registration;
use crate::column::{Builder, Column};
use crate::declare::PHONE;
use crate::row::HouseholdRow;

use super::digits;

type Out<'a> = Builder<'a, HouseholdRow>;

/// All columns, or the 38 that view, index and checks need most.
pub(crate) fn columns(rows: &[HouseholdRow], minimal: bool) -> Vec<Column> {
    let mut out = Builder::new(rows);
    out.serial("household", |row| row.serial);
    out.area("village", |row| row.village);
    programme(&mut out);
    living(&mut out);
    incomes(&mut out);
    if !minimal {
        contacts(&mut out);
        spells(&mut out);
        guarantees(&mut out);
        production(&mut out);
        sources(&mut out);
    }
    out.finish()
}

fn programme(out: &mut Out<'_>) {
    out.code("status", |row| Some(row.listing.status));
    out.code("kind", |row| row.listing.kind);
    out.code("monitored_kind", |row| row.listing.monitored_kind);
    let cause = |row: &HouseholdRow, at: usize| row.listing.causes.get(at).copied().flatten();
    out.code("cause_main", move |row| cause(row, 0));
    out.code("cause_second", move |row| cause(row, 1));
    out.code("risks", |row| row.listing.risks);
    out.date("identified_on", |row| row.listing.identified_on);
    out.boolean("risk_eliminated", |row| (row.listing.risks.is_some()).then_some(row.listing.status == Registration::Eliminated));
    out.date("eliminated_on", |row| row.listing.eliminated_on);
    out.integer("size", |row| Some(row.declared.size));
}

fn living(out: &mut Out<'_>) {
    out.quantity("land_mu", |row| Some(row.declared.land.cultivated));
    out.quantity("dwelling_m2", |row| (!row.declared.empty(0)).then_some(row.declared.dwelling.m2));
    out.code("structure", |row| (!row.declared.empty(1)).then_some(row.declared.dwelling.structure));
    out.boolean("dwelling_dangerous", |row| Some(row.declared.dwelling.unsafe_()));
    out.code("dwelling_grade", |row| (!row.declared.empty(2)).then_some(row.declared.dwelling.grade));
    out.boolean("water_scarce", |row| Some(row.declared.dwelling.water_scarce));
    out.boolean("water_safe", |row| Some(row.declared.dwelling.water_safe));
    out.code("water_source", |row| (!row.declared.empty(3)).then_some(row.declared.dwelling.water_source));
    out.boolean("electricity", |row| (!row.declared.empty(4)).then_some(row.declared.dwelling.electricity));
    out.boolean("sanitary_toilet", |row| (!row.declared.empty(5)).then_some(row.declared.dwelling.toilet));
    out.code("fuel", |row| (!row.declared.empty(6)).then_some(row.declared.dwelling.fuel));
    out.code("road", |row| (!row.declared.empty(7)).then_some(row.declared.dwelling.road));
    out.quantity("road_km", |row| (!row.declared.empty(8)).then_some(row.declared.dwelling.road_km));
    out.integer("assets", |row| (!row.declared.empty(9)).then_some(row.declared.dwelling.assets));
}

fn incomes(out: &mut Out<'_>) {
    out.money("wage_income", |row| Some(row.declared.income.wage));
    out.money("production_income", |row| Some(row.declared.production));
    out.money("property_income", |row| Some(row.declared.income.property()));
    out.money("transfer_income", |row| Some(row.declared.transfer));
    out.money("production_cost", |row| Some(row.declared.income.cost));
    out.money("net_income", |row| Some(row.declared.net));
    out.money("self_paid_cost", |row| Some(row.declared.self_paid));
    out.money("debt", |row| (!row.declared.empty(10)).then_some(row.declared.debt));
    out.money("microloan", |row| Some(row.declared.microloan));
    out.boolean("vehicle_declared", |row| Some(row.declared.vehicle));
    out.boolean("second_house_declared", |row| Some(row.declared.second_house));
    out.boolean("company_declared", |row| Some(row.declared.company));
}

fn contacts(out: &mut Out<'_>) {
    out.text("phone", 11, |row, text| {
        if !row.declared.empty(PHONE) {
            digits(text, row.phone);
        }
    });
    out.text("bank", 18, |row, text| {
        text.push_str(if row.phone % 3 == 0 { "县农商银行" } else { "县邮政储蓄所" });
    });
    out.text("bank_account", 19, |row, text| {
        text.push_str("00990000");
        digits(text, row.phone);
    });
    out.text("enumerator", 10, |row, text| {
        text.push('E');
        digits(text, u64::from(row.enumerator.0));
        text.push('-');
        digits(text, u64::from(row.enumerator.1));
    });
    out.date("surveyed_on", |row| (!row.declared.empty(12)).then_some(row.surveyed_on));
    out.text("helper", 3, |row, text| {
        if let Some((name, _)) = row.helper {
            name.write(text);
        }
    });
    out.date("helper_since", |row| row.helper.map(|(_, since)| since));
}

fn spells(out: &mut Out<'_>) {
    out.code("criterion", |row| row.listing.criterion);
    out.code("cause_third", |row| row.listing.causes.get(2).copied().flatten());
    out.date("registered_on", |row| row.listing.registered_on);
    out.date("exited_on", |row| row.listing.exited_on);
    out.date("returned_on", |row| row.listing.returned_on);
    out.code("elimination_way", |row| row.listing.way);
    out.boolean("net_protected", |row| row.listing.ever().then_some(row.listing.net_protected));
    out.boolean("martyr_family", |row| Some(row.listing.martyr_family));
    out.boolean("relocated", |row| Some(row.listing.relocated_on.is_some()));
    out.date("relocated_on", |row| row.listing.relocated_on);
    out.integer("size_at_start", |row| Some(row.declared.size_at_start));
}

fn guarantees(out: &mut Out<'_>) {
    let identified = |row: &HouseholdRow, at: usize| row.listing.identified?.get(at).copied();
    out.boolean("housing_unsafe_identified", move |row| identified(row, 0));
    out.boolean("schooling_unsafe_identified", move |row| identified(row, 1));
    out.boolean("water_unsafe_identified", move |row| identified(row, 2));
    out.boolean("insurance_missing_identified", move |row| identified(row, 3));
    let eliminated = |row: &HouseholdRow, at: usize| row.listing.eliminated?.get(at).copied();
    out.boolean("housing_unsafe_eliminated", move |row| eliminated(row, 0));
    out.boolean("schooling_unsafe_eliminated", move |row| eliminated(row, 1));
    out.boolean("water_unsafe_eliminated", move |row| eliminated(row, 2));
    out.boolean("insurance_missing_eliminated", move |row| eliminated(row, 3));
    out.money("income_at_elimination", |row| row.listing.income_at_elimination);
}

fn production(out: &mut Out<'_>) {
    out.quantity("irrigated_mu", |row| (!row.declared.empty(13)).then_some(row.declared.land.irrigated));
    out.quantity("forest_mu", |row| (!row.declared.empty(14)).then_some(row.declared.land.forest));
    out.quantity("returned_forest_mu", |row| Some(row.declared.land.returned));
    out.quantity("orchard_mu", |row| Some(row.declared.land.orchard));
    out.quantity("pasture_mu", |row| Some(row.declared.land.pasture));
    out.quantity("pond_mu", |row| Some(row.declared.land.pond));
    out.date("rebuilt_on", |row| row.declared.dwelling.rebuilt);
    out.boolean("production_power", |row| Some(row.declared.dwelling.production_power));
    out.boolean("broadcast", |row| (!row.declared.empty(15)).then_some(row.declared.dwelling.broadcast));
    out.boolean("cooperative", |row| Some(row.truth.income.dividend > 0));
    out.boolean("leading_enterprise", |row| Some(row.listing.current() && row.phone % 16 == 3));
    out.boolean("pathbreaker", |row| Some(row.declared.income.orchard > 0 && row.phone % 4 == 1));
}

fn sources(out: &mut Out<'_>) {
    out.money("public_job_income", |row| Some(row.declared.income.public_job));
    out.money("crop_income", |row| Some(row.declared.income.crop));
    out.money("livestock_income", |row| Some(row.declared.income.livestock));
    out.money("orchard_income", |row| Some(row.declared.income.orchard));
    out.money("other_production_income", |row| Some(row.declared.income.other_production));
    out.money("dividend_income", |row| Some(row.declared.income.dividend));
    out.money("land_rent_income", |row| Some(row.declared.income.land_rent));
    out.money("family_planning_income", |row| Some(row.declared.income.family_planning));
    out.money("minimum_living_income", |row| Some(row.declared.income.minimum_living));
    out.money("extreme_support_income", |row| Some(row.declared.income.extreme_support));
    out.money("pension_income", |row| Some(row.declared.income.pension));
    out.money("ecology_income", |row| Some(row.declared.income.ecology));
    out.money("other_transfer_income", |row| Some(row.declared.income.other_transfer));
    out.money("income_per_head_declared", |row| Some(row.declared.per_head()));
    out.money("insurance_payout", |row| Some(row.declared.insurance_payout));
}

pub(crate) fn truth(rows: &[HouseholdRow]) -> Vec<Column> {
    let mut out = Builder::new(rows);
    out.serial("household", |row| row.serial);
    out.boolean("poor", |row| Some(row.truth.verdict.poor));
    out.money("true_income_per_head", |row| Some(row.truth.verdict.per_head));
    out.code("true_cause", |row| row.truth.verdict.poor.then_some(row.truth.verdict.cause));
    out.quantity("sampling_weight", |_| Some(1.0));
    out.finish()
}
