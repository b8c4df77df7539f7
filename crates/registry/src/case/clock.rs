//! What is due when. Time during which an objection is open does not count.

use chrono::NaiveDate;
use programme::{Calendar, Term};

use super::act::Rules;
use super::event::Due;
use super::{Case, Refusal};

/// Something that is late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overdue {
    /// Nothing: the whole case.
    pub step: Option<String>,
    pub due: NaiveDate,
    /// Calendar days after the due day.
    pub days: u32,
}

impl Case {
    /// What is late on a day: the case first, then its steps by name.
    #[must_use]
    pub fn overdue(&self, on: NaiveDate) -> Vec<Overdue> {
        if self.state.closed() {
            return Vec::new();
        }
        let on = self.stopped_on.map_or(on, |stopped| stopped.min(on));
        let whole = self.due.map(|due| (None, due));
        let steps = self.current.iter().filter_map(|(step, running)| Some((Some(step.clone()), running.due?)));
        let late = |due: NaiveDate| u32::try_from((on - due).num_days()).unwrap_or(0);
        whole.into_iter().chain(steps).filter(|(_, due)| *due < on).map(|(step, due)| Overdue { step, due, days: late(due) }).collect()
    }
}

/// When a term that begins on a day is over.
pub(super) fn due(calendar: &Calendar, from: NaiveDate, term: Option<Term>) -> Result<Option<NaiveDate>, Refusal> {
    term.map(|term| calendar.due(from, term).ok_or(Refusal::DateOutOfRange)).transpose()
}

/// The new due days when the clock of a case runs again on a day.
pub(super) fn resumed(case: &Case, rules: Rules<'_>, on: NaiveDate) -> Result<Vec<Due>, Refusal> {
    let Some(stopped) = case.stopped_on else { return Ok(Vec::new()) };
    let whole = case.due.zip(rules.procedure.within.as_ref()).map(|(due, term)| (None, due, *term.get_ref()));
    let steps = case.current.iter().filter_map(|(name, running)| {
        let term = rules.procedure.step(name)?.within.as_ref()?;
        Some((Some(name.clone()), running.due?, *term.get_ref()))
    });
    let mut dues = Vec::new();
    for (step, due, term) in whole.into_iter().chain(steps) {
        let days = rules.calendar.between(stopped, on, term.working);
        // What was late before the clock stopped stays late.
        if due >= stopped && days > 0 {
            let due = rules.calendar.due(due, Term { days, working: term.working }).ok_or(Refusal::DateOutOfRange)?;
            dues.push(Due { step, due });
        }
    }
    Ok(dues)
}
