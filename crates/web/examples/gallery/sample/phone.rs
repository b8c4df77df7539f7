//! Pages of the village cadre.

use web::view::form::{Answer, Choice, Form, Problem, Question};
use web::view::page::meeting::{self, Meeting, Subject};
use web::view::page::visit::{self, Conflict, Disputed, Visit, VisitSection};
use web::view::page::visits_today::{self, Errand, Today};
use web::view::part::Pair;

use super::{Kind, Maker, Sample, day, sample};

pub(crate) fn pages(m: Maker) -> Vec<Sample> {
    let mut out = vec![
        sample("visits", Kind::Phone, visits_today::page(&m.cadre("visits"), &today(m))),
        sample("visit", Kind::Phone, visit::page(&m.cadre("visit"), &visit_of(m, false))),
        sample("visit-refused", Kind::Phone, visit::page(&m.cadre("visit-refused"), &visit_of(m, true))),
        sample("visit-conflict", Kind::Phone, visit::conflict(&m.cadre("visit-conflict"), &conflict(m))),
    ];
    out.extend(meetings(m));
    out
}

fn today(m: Maker) -> Today {
    let errand = |head: (&str, &str), reason: (&str, &str), due_on| Errand {
        head: m.t(head.0, head.1),
        place: m.t("上河村第3组", "Group 3, Shanghe"),
        reason: m.t(reason.0, reason.1),
        href: "/visits/522301-0042".to_owned(),
        due_on,
    };
    Today {
        today: day(11, 23),
        visits: vec![
            errand(("王大山", "Wang Dashan"), ("申报后核实", "After a declaration"), day(11, 22)),
            errand(("张桂兰", "Zhang Guilan"), ("季度走访", "Quarterly visit"), day(11, 23)),
            errand(("欧阳国强", "Ouyang Guoqiang"), ("季度走访", "Quarterly visit"), day(11, 30)),
        ],
        returned: vec![errand(("杨再兴", "Yang Zaixing"), ("缺饮水照片", "Photograph of the water source is missing"), day(11, 25))],
        declarations: vec![],
        together: vec![m.link("张榜公示 (2)", "Public notice (2)", "bulk")],
    }
}

fn question(name: &str, label: String, answer: Answer) -> Question {
    Question { name: name.to_owned(), label, hint: None, answer }
}

fn visit_of(m: Maker, refused: bool) -> Visit {
    let mut form = Form::new("visit", "/visits/522301-0042", "token", "k4");
    form.values = vec![("work_months".to_owned(), "8".to_owned()), ("water".to_owned(), "safe".to_owned())];
    if refused {
        form.problems = vec![Problem {
            field: "work_months".to_owned(),
            text: m.t("务工月数应在 0 到 12 之间", "Months of work lie between 0 and 12"),
        }];
        form.values = vec![("work_months".to_owned(), "80".to_owned())];
    }
    let yes_no = Answer::Radios(vec![
        Choice::new("safe", m.t("有保障", "Secured")),
        Choice::new("unsafe", m.t("无保障", "Not secured")),
        Choice::new("unknown", m.t("不清楚", "Not known")),
    ]);
    let income = VisitSection {
        id: "income".to_owned(),
        title: m.t("收入", "Income"),
        last: Some((
            day(8, 20),
            vec![Pair::new(m.t("务工月数", "Months of work"), "8"), Pair::new(m.t("月工资", "Monthly wage"), "¥3,200")],
        )),
        questions: vec![
            question("work_months", m.t("今年务工几个月", "Months of work this year"), Answer::Number),
            question("wage", m.t("月工资（元）", "Monthly wage (yuan)"), Answer::Number),
        ],
    };
    let dwelling = VisitSection {
        id: "dwelling".to_owned(),
        title: m.t("住房与饮水", "Dwelling and water"),
        last: Some((day(8, 20), vec![Pair::new(m.t("饮水", "Water"), m.t("有保障", "secured"))])),
        questions: vec![question("water", m.t("饮水安全", "Safe water"), yes_no)],
    };
    let remark = VisitSection {
        id: "remark".to_owned(),
        title: m.t("其他", "Other"),
        last: None,
        questions: vec![question("remark", m.t("新的困难或变化", "New difficulties or changes"), Answer::Area)],
    };
    Visit {
        seen: 1,
        head: m.t("王大山", "Wang Dashan"),
        number: "522301-0042".to_owned(),
        trail: vec![m.link("今天", "Today", "visits")],
        form,
        sections: vec![income, dwelling, remark],
        photo: true,
    }
}

fn conflict(m: Maker) -> Conflict {
    let field = |name: &str, label: (&str, &str), mine: &str, theirs: &str| Disputed {
        name: name.to_owned(),
        label: m.t(label.0, label.1),
        mine: mine.to_owned(),
        theirs: theirs.to_owned(),
    };
    Conflict {
        head: m.t("王大山", "Wang Dashan"),
        form: Form::new("conflict", "/visits/522301-0042/conflict", "token", "k5"),
        fields: vec![
            field("work_months", ("务工月数", "Months of work"), "8", "6"),
            field("grade", ("住房等级", "Grade of the house"), "C", "B"),
        ],
        changed_by: m.t("周敏", "Zhou Min"),
    }
}

fn meetings(m: Maker) -> Vec<Sample> {
    let subject = |id: &str, zh: &str, en: &str| Subject {
        id: id.to_owned(),
        head: m.t(zh, en),
        motion: m.t("纳入监测", "admit to monitoring"),
        version: 3,
    };
    let subjects = vec![subject("1", "王大山", "Wang Dashan"), subject("2", "张桂兰", "Zhang Guilan")];
    let form = Form::new("meeting", "/meetings", "token", "k6");
    let refused = Form {
        values: vec![("present".to_owned(), "31".to_owned()), ("agree-1".to_owned(), "35".to_owned())],
        problems: vec![Problem {
            field: "agree-1".to_owned(),
            text: m.t("王大山：同意人数多于到会人数", "Wang Dashan: more agree than are present"),
        }],
        ..form.clone()
    };
    let page = |name: &str, form: Form| {
        meeting::page(&m.cadre(name), &Meeting { village: m.t("上河村", "Shanghe"), form, papers: Vec::new(), subjects: subjects.clone() })
    };
    vec![sample("meeting", Kind::Phone, page("meeting", form)), sample("meeting-refused", Kind::Phone, page("meeting-refused", refused))]
}
