//! Pages of officials.

#[path = "desk/record.rs"]
mod record;
#[path = "desk/work.rs"]
mod work;

use web::view::form::{Choice, Form, Problem};
use web::view::page::access::{self, Access};
use web::view::page::import::{self, Act, Batch, FindingRow, Households, Import, ImportResult, Progress};
use web::view::page::programme::{self, CheckRow, Clause, IndicatorRow, LineRow, Programme, Tested};
use web::view::page::run::{self, Comparison, Move, RunRow, Runs};
use web::view::page::users::{self, Role, UserRow, Users};
use web::view::page::word::Proposal;
use web::view::table::Paging;

use super::people::looks;
use super::{Kind, Maker, Sample, at, sample};

pub(crate) fn pages(m: Maker) -> Vec<Sample> {
    let mut out = record::pages(m);
    out.extend(work::pages(m));
    out.extend(imports(m));
    out.extend(runs(m));
    out.push(sample("users", Kind::Desk, users::page(&m.official("users"), &users_of(m))));
    let log = Access {
        household: Some(m.link("王大山 522301-0042", "Wang Dashan 522301-0042", "household")),
        text: "522301-0042".to_owned(),
        account: String::new(),
        looks: looks(m),
        paging: Paging { base: "access".to_owned(), next: Some("c2".to_owned()), ..Paging::default() },
    };
    out.push(sample("access", Kind::Desk, access::page(&m.official("access"), &log)));
    out.push(sample("programme", Kind::Desk, programme::page(&m.official("programme"), &programme_of(m))));
    out
}

fn imports(m: Maker) -> Vec<Sample> {
    let import = Import {
        form: Form::new("import", "/imports", "token", "k7"),
        tables: vec![Choice::new("household", m.t("农户基本信息", "Households")), Choice::new("person", m.t("家庭成员", "Members"))],
        batches: vec![Batch {
            at: at(11, 20, 10, 4),
            file: m.link("农户2026.xlsx", "households-2026.xlsx", "import-result"),
            state: Progress::Checked,
            rows: 12_480,
            accepted: 12_431,
            refused: 49,
        }],
    };
    let finding = |severity, place: &str, text: (&str, &str), advice: (&str, &str), code: &str| FindingRow {
        code: code.to_owned(),
        severity,
        place: place.to_owned(),
        text: m.t(text.0, text.1),
        advice: m.t(advice.0, advice.1),
    };
    let result = ImportResult {
        file: m.t("农户2026.xlsx", "households-2026.xlsx"),
        state: Progress::Checked,
        done: 0,
        failure: None,
        households: Households { new: 12_102, changed: 240, same: 88, outside: 1 },
        rows: 12_480,
        accepted: 12_431,
        refused: 49,
        findings: vec![
            finding(
                kernel::Severity::Error,
                "A3:C17",
                ("收入不是数字：“一万二”", "Income is not a number: “twelve thousand”"),
                ("只写数字，例如 12600", "Digits only, for example 12600"),
                "FP0103",
            ),
            finding(
                kernel::Severity::Warning,
                "A3:F204",
                ("身份证校验位不符", "Check digit of the identity number does not fit"),
                ("核对证件", "Compare with the card"),
                "FP0110",
            ),
            finding(
                kernel::Severity::Notice,
                "A3:H9",
                ("表头“家庭人口数”已按“人口”读取", "Header “family size” was read as “persons”"),
                ("不用改", "Nothing to do"),
                "FP0121",
            ),
        ],
        paging: Paging { base: "import-result".to_owned(), next: Some("c50".to_owned()), previous: None, total: Some(312) },
        refused_href: Some("refused.csv".to_owned()),
        acts: vec![
            (Act::Accept, Form::new("accept", "/imports/1", "token", "k8")),
            (Act::Discard, Form::new("discard", "/imports/1", "token", "k8")),
        ],
    };
    let running = ImportResult { state: Progress::Running, done: 4_096, acts: Vec::new(), ..result.clone() };
    vec![
        sample("imports", Kind::Desk, import::page(&m.official("imports"), &import)),
        sample("import-result", Kind::Desk, import::result(&m.official("import-result"), &result)),
        sample("import-running", Kind::Desk, import::result(&m.official("import-running"), &running)),
    ]
}

fn runs(m: Maker) -> Vec<Sample> {
    let row = |id: &str, month, admit| RunRow {
        id: id.to_owned(),
        href: "comparison".to_owned(),
        at: at(month, 1, 6, 30),
        programme: "china 2026.2".to_owned(),
        by: m.t("陈建国", "Chen Jianguo"),
        households: 24_310,
        admit,
        keep: 1_830,
        verify: 912,
        review_removal: 77,
    };
    let runs = Runs {
        rows: vec![row("R-2026-11", 11, 143), row("R-2026-10", 10, 129), row("R-2026-09", 9, 131)],
        start: Some(Form::new("start", "/runs", "token", "k9")),
        compare_action: "comparison".to_owned(),
    };
    let moved = |head: (&str, &str), before, after, why: (&str, &str)| Move {
        household: m.link("522301-0042", "522301-0042", "household"),
        head: m.t(head.0, head.1),
        village: m.t("上河村", "Shanghe"),
        before,
        after,
        why: m.t(why.0, why.1),
    };
    let comparison = Comparison {
        from: m.link("R-2026-10", "R-2026-10", "runs"),
        to: m.link("R-2026-11", "R-2026-11", "runs"),
        unchanged: 24_290,
        enter_count: 2,
        leave_count: 1,
        other_count: 0,
        other: Vec::new(),
        paging: Paging::default(),
        entering: vec![
            moved(
                ("王大山", "Wang Dashan"),
                None,
                Some(Proposal::Admit),
                ("自付医药费 23,000 元（10 月医保数据）", "Paid 23,000 yuan for medicine (insurance data of October)"),
            ),
            moved(("张桂兰", "Zhang Guilan"), None, Some(Proposal::Verify), ("务工中断 3 个月", "Three months without work")),
        ],
        leaving: vec![moved(
            ("杨再兴", "Yang Zaixing"),
            Some(Proposal::Keep),
            None,
            ("两名成员稳定就业 8 个月", "Two members in steady work for eight months"),
        )],
        causes: vec![
            m.t("医保结算数据更新到 10 月 31 日", "Insurance data now reach 31 October"),
            m.t("方案未变", "The programme is the same"),
        ],
    };
    vec![
        sample("runs", Kind::Desk, run::list(&m.official("runs"), &runs)),
        sample("comparison", Kind::Desk, run::comparison(&m.official("comparison"), &comparison)),
    ]
}

fn users_of(m: Maker) -> Users {
    let user = |account: &str, name: (&str, &str), role: (&str, &str), has_second_factor, is_active: bool| UserRow {
        account: account.to_owned(),
        form: Some(Form::new(account, "/users", "token", "")),
        name: m.t(name.0, name.1),
        role: m.t(role.0, role.1),
        area: m.t("石桥镇", "Shiqiao Township"),
        has_second_factor,
        is_active,
    };
    let mut form = Form::new("user", "/users", "token", "k10");
    form.problems = vec![Problem { field: "account".to_owned(), text: m.t("账号已存在", "The account exists already") }];
    form.values = vec![("account".to_owned(), "zhoumin".to_owned())];
    Users {
        users: vec![
            user("chenjianguo", ("陈建国", "Chen Jianguo"), ("县级审核员", "County reviewer"), true, true),
            user("zhoumin", ("周敏", "Zhou Min"), ("数据员", "Data clerk"), false, true),
            user("wangfang", ("王芳", "Wang Fang"), ("村干部", "Village cadre"), true, false),
        ],
        roles: vec![Role {
            title: m.t("县级审核员", "County reviewer"),
            may: vec![
                m.t("查看本县农户", "See the households of the county"),
                m.t("批准或退回乡镇报送的案件", "Approve or return the cases of townships"),
            ],
            never: vec![m.t("批准自己提出的案件", "Approve a case they proposed themselves")],
        }],
        form: Some(form),
        role_choices: vec![Choice::new("clerk", m.t("数据员", "Data clerk"))],
        handed_out: Vec::new(),
        paging: Paging::default(),
    }
}

fn programme_of(m: Maker) -> Programme {
    let indicator = |dimension: (&str, &str), title: (&str, &str), rule: &str| IndicatorRow {
        dimension: m.t(dimension.0, dimension.1),
        title: m.t(title.0, title.1),
        weight: "1/6".to_owned(),
        rule: rule.to_owned(),
    };
    let check = |id: &str, title: (&str, &str), rule: &str| CheckRow {
        id: id.to_owned(),
        title: m.t(title.0, title.1),
        family: m.t("部门比对", "Department"),
        rule: rule.to_owned(),
        source: m.t("监测工作指南第 12 条", "Guide to monitoring, 12"),
    };
    let mut tester = Form::new("tester", "/programme/try", "token", "k11");
    tester.values = vec![
        ("rule".to_owned(), "income_per_head < line and self_paid_cost > 20000".to_owned()),
        ("household".to_owned(), "522301-0042".to_owned()),
    ];
    Programme {
        title: m.t("国家防返贫监测", "National monitoring"),
        version: "china 2026.2".to_owned(),
        lines: vec![LineRow {
            place: m.t("贵州省", "Guizhou"),
            year: 2026,
            amount_fen: 850_000,
            source: m.t("省乡村振兴局 2026 年 1 号文", "Province, notice 1 of 2026"),
        }],
        indicators: vec![
            indicator(("教育", "Education"), ("失学辍学", "A child out of school"), "children_6_15 > children_in_school"),
            indicator(("住房", "Dwelling"), ("危房", "Dangerous house"), "dwelling_grade in ('c', 'd')"),
        ],
        checks: vec![
            check("vehicle", ("登记有轿车", "Owns a car"), "vehicle_count > 0 and vehicle_value_fen > 5000000"),
            check("medical", ("大额自付医药费", "High medical cost"), "self_paid_cost > 0.3 * net_income"),
        ],
        tester: Some(tester),
        tested: Some(Tested {
            answer: m.t("不成立", "Does not hold"),
            clauses: vec![
                Clause { depth: 1, text: "income_per_head < line".to_owned(), values: String::new(), holds: Some(false) },
                Clause { depth: 1, text: "self_paid_cost > 20000".to_owned(), values: String::new(), holds: Some(true) },
                Clause { depth: 1, text: "vehicle_count = 0".to_owned(), values: String::new(), holds: None },
            ],
        }),
    }
}
