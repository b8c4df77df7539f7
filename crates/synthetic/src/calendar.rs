//! Days since 1970 and civil dates, without allocation (Hinnant's algorithm).

/// Year, month, day.
pub(crate) type Civil = (i32, i32, i32);

pub(crate) const fn days_of((year, month, day): Civil) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let shifted = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * shifted + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

pub(crate) const fn civil_of(days: i32) -> Civil {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400;
    (if month <= 2 { year + 1 } else { year }, month, day)
}

/// Completed years between two days.
pub(crate) const fn age(born: i32, on: i32) -> i32 {
    let (year, month, day) = civil_of(born);
    let (now, now_month, now_day) = civil_of(on);
    let before = now_month < month || (now_month == month && now_day < day);
    now - year - if before { 1 } else { 0 }
}

#[cfg(test)]
mod tests;
