//! Why an act was refused, in the words of the page.

use kernel::AreaLevel;
use programme::Procedure;
use registry::case::{ActKind, Refusal};

use super::acting::{document_title, word};
use super::{Visit, role_name, state_text};
use crate::text::Words;

/// The refusal as the person who was refused can act on it.
pub(in crate::site) fn refusal_text(visit: &Visit, procedure: &Procedure, refusal: &Refusal) -> String {
    let w = visit.words();
    let step = |id: &String| procedure.step(id).map_or_else(|| id.clone(), |step| step.title.pick(visit.frame.language).to_owned());
    let steps = |ids: &[String]| ids.iter().map(step).collect::<Vec<_>>().join(w.get("desk.comma"));
    let act = |kind: ActKind| w.get(word(kind)).to_owned();
    let say = |key, pairs: &[(&str, String)]| {
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        w.fill(key, &pairs)
    };
    match refusal {
        Refusal::ProcedureNotValid { version, area, on, .. } => {
            say("refusal.procedure_not_valid", &[("version", version.clone()), ("area", visit.place(*area)), ("on", w.date(*on))])
        }
        Refusal::OtherProcedure { version, .. } => say("refusal.other_procedure", &[("version", version.clone())]),
        Refusal::NothingToAppeal => w.get("refusal.nothing_to_appeal").to_owned(),
        Refusal::Closed { state } => say("refusal.closed", &[("state", state_text(w, state).to_owned())]),
        Refusal::Decided => w.get("refusal.decided").to_owned(),
        Refusal::Backdated { on, last } => say("refusal.backdated", &[("on", w.date(*on)), ("last", w.date(*last))]),
        Refusal::DateOutOfRange => w.get("refusal.date_out_of_range").to_owned(),
        Refusal::StepNotCurrent { step: id, current } => {
            say("refusal.step_not_current", &[("step", step(id)), ("current", steps(current))])
        }
        Refusal::WrongAct { act: kind, step: id, .. } => say("refusal.wrong_act", &[("act", act(*kind)), ("step", step(id))]),
        Refusal::NotYourRole { step: id, roles, level } => {
            let roles: Vec<&str> = roles.iter().map(|role| role_name(w, *role)).collect();
            say("refusal.not_your_role", &[("step", step(id)), ("roles", roles.join(w.get("desk.or"))), ("level", level_text(w, *level))])
        }
        Refusal::NotYourArea { step: id, area, yours, level } => {
            let areas =
                [("step", step(id)), ("area", visit.place(*area)), ("yours", visit.place(*yours)), ("level", level_text(w, *level))];
            say("refusal.not_your_area", &areas)
        }
        Refusal::NotYourHousehold => w.get("refusal.not_your_household").to_owned(),
        Refusal::SamePerson { step: id, other, .. } => say("refusal.same_person", &[("step", step(id)), ("other", step(other))]),
        Refusal::TookPartInDecision { case, .. } => say("refusal.took_part", &[("case", case.clone())]),
        Refusal::DocumentsMissing { missing, .. } => {
            let titles: Vec<String> = missing.iter().map(|document| document_title(visit, document)).collect();
            say("refusal.documents_missing", &[("missing", titles.join(w.get("desk.comma")))])
        }
        Refusal::SignatureMissing { .. } => w.get("refusal.signature_missing").to_owned(),
        Refusal::TooFewPeople { needed, named, .. } => {
            say("refusal.too_few_people", &[("needed", needed.to_string()), ("named", named.to_string())])
        }
        Refusal::VotesInconsistent { .. }
        | Refusal::QuorumMissed { .. }
        | Refusal::NoticePublished { .. }
        | Refusal::NoticeNotPublished
        | Refusal::NoticeDate { .. }
        | Refusal::NoticeRuns { .. }
        | Refusal::ObjectionOpen { .. }
        | Refusal::ObjectionUnknown { .. } => meeting_or_notice(w, refusal),
        Refusal::ReasonMissing => w.get("refusal.reason_missing").to_owned(),
        Refusal::ReturnNotAllowed { to, allowed, .. } => {
            say("refusal.return_not_allowed", &[("to", step(to)), ("allowed", steps(allowed))])
        }
        Refusal::EvidenceNotAHash => w.get("refusal.evidence_not_a_hash").to_owned(),
        Refusal::EvidenceNotOpened { .. } => w.get("refusal.evidence_not_opened").to_owned(),
        Refusal::NotApproved => w.get("refusal.not_approved").to_owned(),
        Refusal::NotOverdue { due: Some(due) } => say("refusal.not_overdue", &[("due", w.date(*due))]),
        Refusal::NotOverdue { due: None } => w.get("refusal.nothing_due").to_owned(),
        Refusal::NotYoursToEscalate => w.get("refusal.not_yours_to_escalate").to_owned(),
        Refusal::NotYoursToWithdraw => w.get("refusal.not_yours_to_withdraw").to_owned(),
    }
}

/// Those that [`refusal_text`] hands on.
fn meeting_or_notice(w: Words, refusal: &Refusal) -> String {
    if let Refusal::VotesInconsistent { entitled, present, cast } = refusal {
        let numbers = [entitled.to_string(), present.to_string(), cast.to_string()];
        let [entitled, present, cast] = numbers.each_ref().map(String::as_str);
        w.fill("refusal.votes_inconsistent", &[("entitled", entitled), ("present", present), ("cast", cast)])
    } else if let Refusal::QuorumMissed { entitled, present, quorum } = refusal {
        let needed = (1..=*entitled).find(|count| quorum.met(*count, *entitled)).unwrap_or(*entitled);
        let numbers = [entitled.to_string(), present.to_string(), needed.to_string()];
        let [entitled, present, needed] = numbers.each_ref().map(String::as_str);
        w.fill("refusal.quorum_missed", &[("entitled", entitled), ("present", present), ("needed", needed)])
    } else if let Refusal::NoticePublished { from } = refusal {
        w.fill("refusal.notice_published", &[("from", &w.date(*from))])
    } else if let Refusal::NoticeDate { from, earliest, latest } = refusal {
        w.fill("refusal.notice_date", &[("from", &w.date(*from)), ("earliest", &w.date(*earliest)), ("latest", &w.date(*latest))])
    } else if let Refusal::NoticeRuns { until } = refusal {
        w.fill("refusal.notice_runs", &[("until", &w.date(*until))])
    } else if let Refusal::ObjectionOpen { objection } = refusal {
        w.fill("refusal.objection_open", &[("number", &objection.to_string())])
    } else if let Refusal::ObjectionUnknown { objection } = refusal {
        w.fill("refusal.objection_unknown", &[("number", &objection.to_string())])
    } else {
        w.get("refusal.notice_not_published").to_owned()
    }
}

pub(super) fn level_text(w: Words, level: AreaLevel) -> String {
    let key = match level {
        AreaLevel::Province => "level.province",
        AreaLevel::Prefecture => "level.prefecture",
        AreaLevel::County => "level.county",
        AreaLevel::Township => "level.township",
        AreaLevel::Village => "level.village",
    };
    w.get(key).to_owned()
}
