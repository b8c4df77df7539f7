//! Cases, decisions on many, notices.

use web::view::form::{Answer, Choice, Form, Problem, Question};
use web::view::layout::Menu;
use web::view::page::bulk::{self, Bulk, BulkRow};
use web::view::page::case::{self, Action, Case, Change, Evidence, NoticeState, Objection, Step, Votes};
use web::view::page::case_list::{self, CaseList, CaseRow, Tab};
use web::view::page::outcome::{self, Outcome};
use web::view::page::word::{Proposal, StepState};
use web::view::part::Event;
use web::view::table::Paging;

use super::super::{Kind, Maker, Sample, at, day, sample};

pub(crate) fn pages(m: Maker) -> Vec<Sample> {
    let mut refused = Form::new("bulk", "/cases/decide", "token", "k12");
    refused.problems = vec![Problem { field: "reason".to_owned(), text: m.t("退回时请写明理由", "Say why you return the cases") }];
    vec![
        sample("cases", Kind::Desk, case_list::page(&m.official("cases"), &list(m))),
        sample("case", Kind::Desk, case::page(&m.official("case"), &case_of(m))),
        sample("bulk", Kind::Desk, bulk::page(&m.official("bulk"), &bulk_of(m, Form::new("bulk", "/cases/decide", "token", "k12")))),
        sample("outcome", Kind::Desk, outcome::page(&m.official("outcome"), &outcome_of(m))),
        sample("bulk-refused", Kind::Desk, bulk::page(&m.official("bulk-refused"), &bulk_of(m, refused))),
    ]
}

fn outcome_of(m: Maker) -> Outcome {
    let row = |id: &str, zh: &str, en: &str| (m.link(id, id, "case"), m.t(zh, en), None);
    Outcome {
        title: m.t("批量办理：县级审定", "Decide together: decision of the county"),
        menu: Menu::Cases,
        trail: m.trail(),
        subject: m.t("案件", "Case"),
        rows: vec![row("C-2026-0311", "已办理", "Done"), row("C-2026-0312", "须先打开证据", "Open the evidence first")],
        back: m.link("返回", "Back", "bulk"),
    }
}

fn list(m: Maker) -> CaseList {
    let tab = |zh: &str, en: &str, count, here| Tab { text: m.t(zh, en), href: "cases".to_owned(), count, here };
    let row = |number: &str, head: (&str, &str), due_on, flags| CaseRow {
        number: number.to_owned(),
        href: "case".to_owned(),
        subject: m.t("纳入监测", "Admission to monitoring"),
        head: m.t(head.0, head.1),
        village: m.t("上河村", "Shanghe"),
        step: m.t("县级审定", "Decision of the county"),
        due_on: Some(due_on),
        proposal: Some(Proposal::Admit),
        flags,
    };
    CaseList {
        today: day(11, 23),
        tabs: vec![tab("我的待办", "To do", 44, true), tab("超期", "Overdue", 5, false), tab("全部", "All", 312, false)],
        rows: vec![
            row("C-2026-0311", ("王大山", "Wang Dashan"), day(11, 20), 2),
            row("C-2026-0312", ("张桂兰", "Zhang Guilan"), day(11, 23), 0),
            row("C-2026-0313", ("欧阳国强", "Ouyang Guoqiang"), day(12, 3), 0),
        ],
        paging: Paging { base: "cases".to_owned(), next: Some("c3".to_owned()), previous: None, total: Some(44) },
        together: vec![m.link("县级审定 (44)", "Decision of the county (44)", "bulk")],
    }
}

fn changes(m: Maker) -> Vec<Change> {
    vec![
        Change {
            name: m.t("自付医药费", "Medical cost paid"),
            before: m.t("3,400 元", "3,400 yuan"),
            after: m.t("19,870 元", "19,870 yuan"),
        },
        Change { name: m.t("人口", "Persons"), before: "3".to_owned(), after: "4".to_owned() },
    ]
}

fn bulk_of(m: Maker, form: Form) -> Bulk {
    let row = |id: &str, head: (&str, &str), flags: Vec<String>, opened: bool, changes| BulkRow {
        id: id.to_owned(),
        case: m.link(id, id, "case"),
        head: m.t(head.0, head.1),
        village: m.t("上河村", "Shanghe"),
        proposal: Some(Proposal::Admit),
        changes,
        flags,
        evidence_href: "case".to_owned(),
        must_open: !opened && id.ends_with("311"),
        opened,
    };
    Bulk {
        step: m.t("县级审定", "Decision of the county"),
        trail: vec![m.link("案件", "Cases", "cases")],
        about: vec![("step".to_owned(), "county_approval".to_owned())],
        form,
        questions: vec![Question { name: "signature".to_owned(), label: m.t("签字", "Signature"), hint: None, answer: Answer::Text }],
        button: Some(m.t("审定", "Approve")),
        back: vec![Choice::new("township_review", m.t("乡镇审核", "Township review"))],
        rows: vec![
            row("C-2026-0311", ("王大山", "Wang Dashan"), vec![m.t("登记有轿车", "Owns a car")], false, changes(m)),
            row("C-2026-0312", ("张桂兰", "Zhang Guilan"), vec![m.t("大额自付医药费", "High medical cost")], true, vec![]),
            row("C-2026-0313", ("欧阳国强", "Ouyang Guoqiang"), vec![], false, vec![]),
        ],
    }
}

fn case_of(m: Maker) -> Case {
    let evidence = |zh: &str, en: &str, opened_at, required| Evidence {
        title: m.t(zh, en),
        href: "#evidence".to_owned(),
        source: m.t("医保局", "Insurance"),
        on: day(10, 31),
        opened_at,
        required,
    };
    Case {
        number: "C-2026-0311".to_owned(),
        subject: m.t("纳入监测：王大山", "Admission to monitoring: Wang Dashan"),
        household: m.link("王大山", "Wang Dashan", "household"),
        trail: m.trail(),
        today: day(11, 23),
        proposal: Some(Proposal::Admit),
        steps: steps(m),
        actions: actions(m),
        changes: changes(m),
        evidence: vec![
            evidence("住院结算单", "Hospital bill", Some(at(11, 22, 15, 3)), true),
            evidence("机动车登记比对", "Comparison with vehicle records", None, true),
            evidence("住房照片", "Photograph of the house", None, false),
        ],
        votes: Some(Votes {
            held_on: day(11, 14),
            entitled: 46,
            present: 33,
            agree: 28,
            disagree: 3,
            abstain: 2,
            minutes: Some(m.link("会议记录", "Minutes", "#votes")),
        }),
        notice: Some(NoticeState { notice: m.link("QS-2026-0117", "QS-2026-0117", "notice"), from: day(11, 17), until: day(11, 23) }),
        objections: vec![Objection {
            number: "O-17".to_owned(),
            href: "#objections".to_owned(),
            on: day(11, 19),
            text: m.t("认为其子在县城购房。", "Says that the son bought a flat in the county town."),
            state: m.t("待答复", "To be answered"),
            open: true,
        }],
        timeline: vec![Event {
            at: at(11, 19, 8, 0),
            what: m.t("收到异议", "Objection received"),
            by: m.t("匿名", "Without a name"),
            link: None,
        }],
    }
}

fn steps(m: Maker) -> Vec<Step> {
    let step = |title: (&str, &str), state, due_on, outcome: Option<(&str, &str)>| Step {
        title: m.t(title.0, title.1),
        actor: m.t("上河村", "Shanghe"),
        state,
        due_on,
        outcome: outcome.map(|(zh, en)| m.t(zh, en)),
    };
    vec![
        step(("自主申报", "Declaration"), StepState::Done, None, Some(("11 月 3 日，王大山", "3 November, Wang Dashan"))),
        step(("入户核查", "Visit"), StepState::Done, Some(day(11, 5)), Some(("属实，李秀英、周敏", "Confirmed, Li Xiuying and Zhou Min"))),
        step(("民主评议", "Village meeting"), StepState::Done, Some(day(11, 15)), Some(("28 票同意", "28 agreed"))),
        step(("村级公示", "Notice in the village"), StepState::Now, Some(day(11, 23)), None),
        step(("乡镇审核", "Review of the township"), StepState::Late, Some(day(11, 21)), None),
        step(("县级审定", "Decision of the county"), StepState::Waiting, Some(day(12, 3)), None),
        step(("民政比对", "Comparison"), StepState::Skipped, None, None),
    ]
}

fn actions(m: Maker) -> Vec<Action> {
    let question =
        |name: &str, label: (&str, &str), answer| Question { name: name.to_owned(), label: m.t(label.0, label.1), hint: None, answer };
    let mut form = Form::new("answer", "/cases/C-2026-0311/answer", "token", "k14");
    form.problems = vec![Problem { field: "reason".to_owned(), text: m.t("请写明答复理由", "Give the reason of the answer") }];
    form.values = vec![("outcome".to_owned(), "rejected".to_owned())];
    vec![
        Action {
            title: m.t("答复异议 O-17", "Answer objection O-17"),
            form,
            questions: vec![
                question(
                    "outcome",
                    ("结论", "Outcome"),
                    Answer::Radios(vec![
                        Choice::new("upheld", m.t("异议成立", "Upheld")),
                        Choice::new("rejected", m.t("异议不成立", "Not upheld")),
                    ]),
                ),
                question("reason", ("理由", "Reason"), Answer::Area),
            ],
            button: m.t("答复", "Answer"),
            blocked: None,
        },
        Action {
            title: m.t("报送乡镇", "Submit to the township"),
            form: Form::new("submit", "/cases/C-2026-0311/submit", "token", "k15"),
            questions: vec![],
            button: m.t("报送", "Submit"),
            blocked: Some(m.t("公示期未满，且有 1 条异议待答复。", "The notice still stands, and one objection waits for an answer.")),
        },
    ]
}
