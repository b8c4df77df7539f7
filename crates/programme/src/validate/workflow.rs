//! Whether every procedure leads from its lead to a decision that somebody independent takes and that can be appealed against.

use std::collections::BTreeMap;

use kernel::AreaCode;
use toml::Spanned;

use super::Checker;
use crate::calendar::{CivilDate, weekend};
use crate::load::In;
use crate::workflow::{Outcome, Procedure, Step, StepKind, Threshold};

impl Checker<'_> {
    pub(super) fn workflow(&mut self) {
        for procedure in &self.programme.procedures {
            self.identity(procedure);
            self.step_names(procedure);
            let names = self.problems.len();
            self.chain(procedure);
            // On a broken chain these would only repeat what is wrong with it.
            if self.problems.len() == names {
                self.decision(procedure);
                self.ways_back(procedure);
            }
            for step in &procedure.part.step {
                self.step(procedure.file, step);
                self.documents(procedure.file, step);
            }
            self.terms(procedure);
        }
        self.versions();
        self.appeals();
        self.calendar();
    }

    fn identity(&mut self, procedure: &In<Procedure>) {
        let id = &procedure.part.id;
        if let Some(area) = procedure.area.as_ref().filter(|area| AreaCode::parse(area.get_ref()).is_none()) {
            let help = "2 to 12 digits; leave `area` out for everywhere".to_owned();
            self.report("FP0203", procedure.file, area.span(), format!("`{}` is not an area code", area.get_ref()), Some(help));
        }
        if procedure.valid_until.is_some_and(|until| until < procedure.valid_from) {
            let message = format!("the validity of procedure `{}` ends before it begins", id.get_ref());
            self.report("FP0216", procedure.file, id.span(), message, Some("correct `valid_from` or `valid_until`".to_owned()));
        }
        if procedure.suspends && procedure.outcome != Outcome::UpholdOrOverturn {
            let message = format!("procedure `{}` suspends a decision but is no appeal", id.get_ref());
            let help = "remove `suspends`, or set `outcome = \"uphold_or_overturn\"`".to_owned();
            self.report("FP0218", procedure.file, id.span(), message, Some(help));
        }
    }

    /// Papers have titles in the code list `document`, where the programme has one.
    fn documents(&mut self, file: usize, step: &Step) {
        let Some(list) = self.programme.code_list("document") else { return };
        for document in &step.documents {
            self.reference("document", file, document, list.part.codes.iter().map(|code| code.get_ref().code.as_str()));
        }
    }

    fn step_names(&mut self, procedure: &In<Procedure>) {
        self.unique("step", procedure.step.iter().map(|step| (procedure.file, &step.id)));
        for step in &procedure.part.step {
            let notice = step.notice.as_ref().map(|notice| &notice.objections_to);
            let named = step.then.iter().chain(&step.returns_to).chain(&step.distinct_from).chain(notice);
            for name in named {
                self.reference("step", procedure.file, name, procedure.part.step.iter().map(Step::name));
            }
        }
    }

    fn chain(&mut self, procedure: &In<Procedure>) {
        let id = &procedure.part.id;
        let chain = procedure.chain();
        let Some(last) = chain.last() else {
            let message = format!("procedure `{}` has no steps", id.get_ref());
            self.report("FP0210", procedure.file, id.span(), message, Some("add `[[procedure.step]]`".to_owned()));
            return;
        };
        if let Some(back) = procedure.following(last) {
            let from = chain.iter().skip_while(|step| step.name() != back.name());
            let circle: Vec<&str> = from.map(|step| step.name()).chain([back.name()]).collect();
            let message = format!("the steps {} follow each other in a circle", circle.join(" → "));
            let help = format!("let `then` lead on, and name the way back in `returns_to = [\"{}\"]`", back.name());
            self.report("FP0211", procedure.file, last.then.as_ref().unwrap_or(&last.id).span(), message, Some(help));
        }
        for step in procedure.step.iter().filter(|step| chain.iter().all(|reached| reached.name() != step.name())) {
            let message = format!("no way leads to step `{}`", step.name());
            self.report("FP0210", procedure.file, step.id.span(), message, Some("name it in a `then`, or remove it".to_owned()));
        }
    }

    /// REG-3: one approval before the entry, by somebody who did not propose.
    fn decision(&mut self, procedure: &In<Procedure>) {
        let id = &procedure.part.id;
        let chain = procedure.chain();
        let approvals: Vec<(usize, &&Step)> = chain.iter().enumerate().filter(|(_, step)| step.kind == StepKind::Approval).collect();
        let [(place, approval)] = approvals.as_slice() else {
            let many = if approvals.is_empty() { "has no approval" } else { "has more than one approval" };
            let help = "keep one step of kind \"approval\"; what prepares it is a \"review\"".to_owned();
            self.report("FP0212", procedure.file, id.span(), format!("procedure `{}` {many}", id.get_ref()), Some(help));
            return;
        };
        for entry in chain.iter().take(*place).filter(|step| step.kind == StepKind::Entry) {
            let message = format!("step `{}` enters what is not approved yet", entry.name());
            let help = format!("put it behind `{}`", approval.name());
            self.report("FP0212", procedure.file, entry.id.span(), message, Some(help));
        }
        let excluded = |step: &Step| approval.distinct_from.iter().any(|other| other.get_ref() == step.name());
        let proposing = chain.iter().take(*place).filter(|step| step.kind.proposes() && !excluded(step));
        let missing: Vec<&str> = proposing.map(|step| step.name()).collect();
        if !missing.is_empty() {
            let message = format!("who took part in {} could approve at step `{}`", missing.join(", "), approval.name());
            let quoted: Vec<String> = missing.iter().map(|name| format!("\"{name}\"")).collect();
            let help = format!("add {} to `distinct_from`", quoted.join(", "));
            self.report("FP0213", procedure.file, approval.id.span(), message, Some(help));
        }
    }

    fn ways_back(&mut self, procedure: &In<Procedure>) {
        let chain = procedure.chain();
        for (place, step) in chain.iter().enumerate() {
            // What is decided is not taken back but appealed against: behind the approval, no way leads to or before it.
            let decided = chain.iter().take(place).position(|step| step.kind == StepKind::Approval).map_or(0, |approval| approval + 1);
            let earlier: Vec<&str> = chain.iter().take(place).skip(decided).map(|step| step.name()).collect();
            let notice = step.notice.as_ref().map(|notice| &notice.objections_to);
            for back in step.returns_to.iter().chain(notice).filter(|back| !earlier.contains(&back.get_ref().as_str())) {
                let message = format!(
                    "step `{}` cannot send back to `{}`, which is not before it or lies before the decision",
                    step.name(),
                    back.get_ref()
                );
                self.report("FP0217", procedure.file, back.span(), message, Some(format!("earlier steps: {}", earlier.join(", "))));
            }
            if place == 0 && step.parallel {
                let message = format!("the first step `{}` has no step beside it", step.name());
                self.report("FP0218", procedure.file, step.id.span(), message, Some("remove `parallel`".to_owned()));
            }
        }
    }

    /// Whether a step has what its kind needs and nothing that its kind would not use.
    fn step(&mut self, file: usize, step: &Step) {
        if step.actors.get_ref().is_empty() {
            let message = format!("nobody may take step `{}`", step.name());
            self.report("FP0218", file, step.actors.span(), message, Some("name the roles in `actors`".to_owned()));
        }
        let parts = [("votes", StepKind::Evaluation, step.votes.is_some()), ("notice", StepKind::Notice, step.notice.is_some())];
        for (part, kind, given) in parts {
            let help = match (step.kind == kind, given) {
                (true, false) => format!("add `{part} = {{ … }}`"),
                (false, true) => format!("remove `{part}`, or set `kind = \"{}\"`", kind.name()),
                (true, true) | (false, false) => continue,
            };
            let message =
                format!("`{part}` belongs to steps of kind \"{}\", and step `{}` is \"{}\"", kind.name(), step.name(), step.kind.name());
            self.report("FP0218", file, step.id.span(), message, Some(help));
        }
        if let Some(people) = step.people.as_ref().filter(|people| *people.get_ref() == 0) {
            self.report("FP0218", file, people.span(), "a step needs at least one person".to_owned(), Some("remove `people`".to_owned()));
        }
        if let Some(votes) = &step.votes {
            self.threshold("quorum", file, &votes.quorum);
            self.threshold("share of votes", file, &votes.approve);
        }
        if let Some(days) = step.notice.as_ref().map(|notice| &notice.days).filter(|days| *days.get_ref() == 0) {
            let message = format!("the notice of step `{}` is posted for no days", step.name());
            self.report("FP0214", file, days.span(), message, Some("give the days of posting, at least 1".to_owned()));
        }
    }

    fn threshold(&mut self, what: &str, file: usize, threshold: &Spanned<Threshold>) {
        if !threshold.get_ref().sensible() {
            let message = format!("the {what} {} is out of range", threshold.get_ref());
            let help = "above 0 and at most 1; \"more than\" something below 1".to_owned();
            self.report("FP0205", file, threshold.span(), message, Some(help));
        }
    }

    fn terms(&mut self, procedure: &In<Procedure>) {
        let posted = |step: &Step| step.notice.as_ref().map_or(0, |notice| *notice.days.get_ref());
        let longest = procedure.step.iter().map(posted).max().unwrap_or(0);
        let whole = procedure.part.within.iter().map(|term| (term, longest));
        let own = procedure.part.step.iter().filter_map(|step| Some((step.within.as_ref()?, posted(step))));
        for (term, needed) in whole.chain(own).filter(|(term, needed)| term.get_ref().days < *needed) {
            let message = format!("{} are over before a notice of {needed} days is", term.get_ref());
            let help = format!("allow at least {needed} days, or post the notice for fewer");
            self.report("FP0215", procedure.file, term.span(), message, Some(help));
        }
    }

    fn versions(&mut self) {
        let mut seen: BTreeMap<(&str, &str), ()> = BTreeMap::new();
        let procedures = &self.programme.procedures;
        for (place, procedure) in procedures.iter().enumerate() {
            let version = &procedure.part.version;
            if seen.insert((procedure.part.name(), version.get_ref()), ()).is_some() {
                let message = format!("procedure `{}` has version `{}` twice", procedure.name(), version.get_ref());
                self.report("FP0202", procedure.file, version.span(), message, Some("choose another version".to_owned()));
                continue;
            }
            let begins_within = |a: &Procedure, b: &Procedure| b.valid(b.validity(), a.valid_from);
            let same =
                procedures.iter().take(place).filter(|other| other.name() == procedure.name() && other.validity() == procedure.validity());
            let mut both = same.filter(|other| begins_within(procedure, other) || begins_within(other, procedure));
            if let Some(other) = both.next() {
                let message = format!(
                    "procedure `{}` is valid in version `{}` and in version `{}` at the same time",
                    procedure.name(),
                    other.version.get_ref(),
                    version.get_ref()
                );
                let help = "let the older end the day before with `valid_until`".to_owned();
                self.report("FP0216", procedure.file, procedure.part.id.span(), message, Some(help));
            }
        }
    }

    /// REG-3: whatever is decided can be appealed against while it can be decided.
    fn appeals(&mut self) {
        let procedures = &self.programme.procedures;
        let appeals: Vec<&In<Procedure>> = procedures.iter().filter(|p| p.outcome == Outcome::UpholdOrOverturn).collect();
        for procedure in procedures.iter().filter(|p| p.outcome != Outcome::UpholdOrOverturn) {
            let covers = |appeal: &&In<Procedure>| {
                let until = appeal.valid_until.is_none_or(|until| procedure.valid_until.is_some_and(|end| end <= until));
                appeal.validity().contains(procedure.validity()) && appeal.valid_from <= procedure.valid_from && until
            };
            if !appeals.iter().any(covers) {
                let message = format!("nobody could appeal against what procedure `{}` decides", procedure.name());
                let help = "add a procedure with `outcome = \"uphold_or_overturn\"`, valid in its area and for all its time".to_owned();
                self.report("FP0219", procedure.file, procedure.part.id.span(), message, Some(help));
            }
        }
    }

    fn calendar(&mut self) {
        let Some(calendar) = &self.programme.calendar else { return };
        let day = |day: &Spanned<CivilDate>| day.get_ref().0;
        for holiday in calendar.part.holidays.iter().filter(|h| calendar.working_days.iter().any(|w| day(w) == day(h))) {
            let message = format!("{} is both a holiday and a working day", day(holiday));
            self.report("FP0220", calendar.file, holiday.span(), message, Some("remove it from one of the lists".to_owned()));
        }
        for worked in calendar.part.working_days.iter().filter(|worked| !weekend(day(worked))) {
            let message = format!("{} is no Saturday or Sunday, so it is worked anyway", day(worked));
            self.report("FP0220", calendar.file, worked.span(), message, Some("list only weekend days that are worked".to_owned()));
        }
    }
}
