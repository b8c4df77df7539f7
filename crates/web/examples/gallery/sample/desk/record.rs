//! Lists of households and the record of one.

use web::view::chart::{Bar, Tile};
use web::view::form::{Choice, Form};
use web::view::page::household::{self, Document, Fact, Household, Income, Member, Reason, Said, Score, Spell, VisitRecord};
use web::view::page::household_list::{self, Filter, HouseholdList, HouseholdRow};
use web::view::page::overview::{self, Alert, Overview, StepLoad, Task};
use web::view::page::word::{Proposal, Status};
use web::view::part::{Event, Figure, Pair, mask_identity};
use web::view::table::Paging;

use super::super::people::looks;
use super::super::{Kind, Maker, Sample, at, day, sample};

pub(crate) fn pages(m: Maker) -> Vec<Sample> {
    vec![
        sample("overview", Kind::Desk, overview::page(&m.official("overview"), &overview_of(m))),
        sample("households", Kind::Desk, household_list::page(&m.official("households"), &list(m, 60))),
        sample("households-none", Kind::Desk, household_list::page(&m.official("households-none"), &list(m, 0))),
        sample("household", Kind::Desk, household::page(&m.official("household"), &household_of(m))),
    ]
}

const TOWNSHIPS: [(&str, &str, u64); 12] = [
    ("石桥镇", "Shiqiao", 92),
    ("白岩乡", "Baiyan", 151),
    ("青龙镇", "Qinglong", 33),
    ("马场镇", "Machang", 61),
    ("云雾乡", "Yunwu", 188),
    ("龙塘镇", "Longtang", 12),
    ("新寨乡", "Xinzhai", 77),
    ("老鹰岩镇", "Laoyingyan", 104),
    ("平寨乡", "Pingzhai", 45),
    ("大田镇", "Datian", 28),
    ("黄泥乡", "Huangni", 133),
    ("木叶镇", "Muye", 8),
];

fn overview_of(m: Maker) -> Overview {
    let figure = |zh: &str, en: &str, value: &str, small: Option<(&str, &str)>| Figure {
        name: m.t(zh, en),
        value: value.to_owned(),
        href: Some("households".to_owned()),
        small: small.map(|(zh, en)| m.t(zh, en)),
    };
    let tiles = TOWNSHIPS.into_iter().map(|(zh, en, share)| Tile {
        name: m.t(zh, en),
        href: "households".to_owned(),
        value: format!("{}.{}%", share / 10, share % 10),
        shade: u8::try_from(share / 40).ok(),
    });
    let bar =
        |zh: &str, en: &str, value: u64| Bar { name: m.t(zh, en), href: Some("households".to_owned()), value, shown: value.to_string() };
    let task = |zh: &str, en: &str, due_on| Task { title: m.t(zh, en), href: "case".to_owned(), who: m.t("石桥镇", "Shiqiao"), due_on };
    let step = |zh: &str, en: &str, waiting, late| StepLoad { title: m.t(zh, en), href: "cases".to_owned(), waiting, late };
    let alert = |zh: &str, en: &str, count, precision_per_mille| Alert {
        title: m.t(zh, en),
        href: "households".to_owned(),
        count,
        precision_per_mille,
    };
    Overview {
        area: m.t("清水县", "Qingshui County"),
        trail: vec![m.link("贵州省", "Guizhou", "overview")],
        today: day(11, 23),
        figures: vec![
            figure("农户", "Households", "24,310", None),
            figure("监测中", "Monitored", "1,973", Some(("占 8.1%", "8.1%"))),
            figure("本月新纳入", "Admitted this month", "41", Some(("上月 38", "38 last month"))),
            figure("待办案件", "Cases open", "312", None),
            figure("超期", "Overdue", "9", None),
            figure("预警待核", "Alerts open", "226", None),
        ],
        measure: m.t("监测户占比", "Share of monitored households"),
        tiles: tiles.collect(),
        causes: vec![
            bar("因病", "Illness", 803),
            bar("缺劳力", "Lack of labour", 402),
            bar("因残", "Disability", 331),
            bar("因学", "Schooling", 120),
            bar("自身发展动力不足", "Lack of initiative", 14),
        ],
        alerts: vec![alert("登记有轿车", "Owns a car", 120, Some(212)), alert("大额自付医药费", "High medical cost", 106, None)],
        overdue: vec![
            task("王大山：入户核查", "Wang Dashan: visit", day(11, 20)),
            task("上河村：公示后报送", "Shanghe: submit after the notice", day(11, 21)),
        ],
        steps: vec![
            step("入户核查", "Visit", 120, 4),
            step("民主评议", "Village meeting", 60, 0),
            step("村级公示", "Notice in the village", 88, 0),
            step("县级审定", "Decision of the county", 44, 5),
        ],
    }
}

fn list(m: Maker, length: u64) -> HouseholdList {
    let heads = [("王大山", "Wang Dashan"), ("李秀英", "Li Xiuying"), ("<b>张桂兰", "<b>Zhang Guilan"), ("欧阳国强", "Ouyang Guoqiang")];
    let statuses = Status::ALL.into_iter().cycle();
    let proposals =
        [Some(Proposal::Admit), None, Some(Proposal::Verify), Some(Proposal::ReviewRemoval), Some(Proposal::Keep)].into_iter().cycle();
    let rows = (0..length).zip(heads.into_iter().cycle()).zip(statuses.zip(proposals)).map(|((place, (zh, en)), (status, proposal))| {
        HouseholdRow {
            number: format!("522301-{place:04}"),
            href: "household".to_owned(),
            head: m.t(zh, en),
            village: m.t("上河村", "Shanghe"),
            status,
            persons: 1 + place % 6,
            income_per_head_fen: (place % 5 != 0).then_some(612_345),
            proposal,
            cause: m.t("因病", "Illness"),
            visited_on: (place % 3 != 0).then(|| day(10, 14)),
            flags: place % 4 / 3 * 2,
        }
    });
    HouseholdList {
        area: m.t("石桥镇", "Shiqiao Township"),
        trail: vec![m.link("清水县", "Qingshui County", "overview")],
        action: "households".to_owned(),
        filter: Filter {
            status: "monitored".to_owned(),
            causes: vec![Choice::new("illness", m.t("因病", "Illness"))],
            ..Filter::default()
        },
        columns: vec![],
        rows: rows.collect(),
        paging: Paging {
            base: "households?status=monitored".to_owned(),
            previous: (length > 0).then(|| "a1".to_owned()),
            next: (length > 0).then(|| "b1".to_owned()),
            total: Some(length * 7),
        },
        saved: vec![household_list::Saved { link: m.link("因病", "Illness", "households"), here: length > 0 }],
        keep: Form::new("keep", "/households/lists", "token", ""),
        export: Some(Form::new("export", "/households/export", "token", "")),
    }
}

fn household_of(m: Maker) -> Household {
    let pair = |zh: &str, en: &str, value: (&str, &str)| Pair::new(m.t(zh, en), m.t(value.0, value.1));
    Household {
        number: "522301-0042".to_owned(),
        head: m.t("王大山", "Wang Dashan"),
        trail: m.trail(),
        status: Status::Monitored,
        summary: vec![
            pair("村", "Village", ("石桥镇上河村第3组", "Group 3, Shanghe Village, Shiqiao")),
            pair("户类型", "Kind", ("低保户", "Minimum living allowance")),
            pair("主要致贫原因", "Main cause", ("因病", "Illness")),
            pair("帮扶责任人", "Helper", ("陈建国", "Chen Jianguo")),
            pair("联系电话", "Telephone", ("138****0010", "138****0010")),
            pair("人口", "Persons", ("4", "4")),
        ],
        members: members(m),
        dwelling: vec![
            pair("结构", "Structure", ("砖木", "Brick and wood")),
            pair("等级", "Grade", ("C 级", "C")),
            pair("饮水", "Water", ("自来水，安全", "Piped, safe")),
        ],
        facts: facts(m),
        income: income(m),
        score: Some(score(m)),
        timeline: timeline(m),
        spells: spells(m),
        documents: vec![Document {
            title: m.t("住院结算单", "Hospital bill"),
            href: "#".to_owned(),
            on: day(10, 30),
            by: m.t("王大山", "Wang Dashan"),
        }],
        visits: vec![VisitRecord {
            on: day(11, 5),
            by: m.t("李秀英", "Li Xiuying"),
            result: m.t("属实", "Confirmed"),
            href: "visit".to_owned(),
        }],
        looks: looks(m),
        actions: vec![
            m.link("打开案件", "Open the case", "case"),
            m.link("记录走访", "Record a visit", "visit"),
            m.link("更正信息", "Correct the record", "object"),
        ],
    }
}

fn year(year: i32) -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(year, 12, 1).unwrap_or_default()
}

fn members(m: Maker) -> Vec<Member> {
    let member = |name: (&str, &str), relation: (&str, &str), identity: &str, born: i32, health: (&str, &str), work: (&str, &str)| Member {
        name: m.t(name.0, name.1),
        relation: m.t(relation.0, relation.1),
        masked_identity: mask_identity(identity),
        sex: m.t("男", "Male"),
        born_on: Some(year(born)),
        education: m.t("初中", "Lower secondary"),
        health: m.t(health.0, health.1),
        labour: m.t("普通劳动力", "Ordinary"),
        work: m.t(work.0, work.1),
    };
    vec![
        member(
            ("王大山", "Wang Dashan"),
            ("户主", "Head"),
            "522301197001010010",
            1970,
            ("健康", "Healthy"),
            ("县内务工 8 月", "In the county, 8 months"),
        ),
        member(("刘翠花", "Liu Cuihua"), ("配偶", "Spouse"), "522301197203040021", 1972, ("大病", "Serious illness"), ("无", "None")),
        member(("王小明", "Wang Xiaoming"), ("儿子", "Son"), "522301200505060033", 2005, ("健康", "Healthy"), ("在校", "At school")),
    ]
}

fn facts(m: Maker) -> Vec<Fact> {
    let said =
        |value: (&str, &str), source: (&str, &str), on| Some(Said { value: m.t(value.0, value.1), source: m.t(source.0, source.1), on });
    vec![
        Fact {
            name: m.t("自付医药费", "Medical cost paid"),
            declared: said(("23,000 元", "23,000 yuan"), ("申报", "Declaration"), day(11, 3)),
            observed: said(("有票据 21,400 元", "Bills of 21,400 yuan"), ("李秀英", "Li Xiuying"), day(11, 5)),
            compared: said(("19,870 元", "19,870 yuan"), ("医保局", "Insurance"), day(10, 31)),
            differs: true,
        },
        Fact {
            name: m.t("务工月数", "Months of work"),
            declared: said(("8", "8"), ("申报", "Declaration"), day(11, 3)),
            observed: said(("8", "8"), ("李秀英", "Li Xiuying"), day(11, 5)),
            compared: None,
            differs: false,
        },
        Fact {
            name: m.t("机动车", "Vehicle"),
            declared: said(("无", "None"), ("申报", "Declaration"), day(11, 3)),
            observed: None,
            compared: said(("无", "None"), ("公安局", "Police"), day(10, 31)),
            differs: false,
        },
    ]
}

fn score(m: Maker) -> Score {
    let reason = |zh: &str, en: &str, speaks_for, weight: &str| Reason {
        text: m.t(zh, en),
        speaks_for: Some(speaks_for),
        weight: weight.to_owned(),
    };
    Score {
        proposal: Some(Proposal::Admit),
        probability_per_mille: Some((684, 590, 761)),
        reasons: vec![
            reason("自付医药费占收入 56%", "Medical cost is 56% of income", true, "+31"),
            reason("住房 C 级", "House of grade C", true, "+12"),
            reason("一人务工 8 个月", "One member works 8 months", false, "−18"),
        ],
        changes: vec![
            m.t("人均收入再高 85 元即不低于标准", "85 yuan more per head would lift it to the line"),
            m.t("医药费若经大病保险报销 60%，建议变为入户核实", "If insurance paid 60% of the cost, the proposal would be a visit"),
        ],
        run: m.link("R-2026-11", "R-2026-11", "runs"),
    }
}

fn timeline(m: Maker) -> Vec<Event> {
    vec![
        Event {
            at: at(11, 20, 9, 12),
            what: m.t("村级公示开始", "Notice posted in the village"),
            by: m.t("上河村", "Shanghe"),
            link: Some(m.link("公示", "Notice", "notice")),
        },
        Event {
            at: at(11, 14, 19, 0),
            what: m.t("民主评议通过 28:3", "Village meeting agreed 28 to 3"),
            by: m.t("李秀英", "Li Xiuying"),
            link: None,
        },
        Event {
            at: at(11, 5, 10, 30), what: m.t("入户核查", "Visit"), by: m.t("李秀英、周敏", "Li Xiuying, Zhou Min"), link: None
        },
    ]
}

fn spells(m: Maker) -> Vec<Spell> {
    vec![
        Spell {
            kind: m.t("建档立卡", "Registered"),
            from: year(2014),
            until: Some(year(2018)),
            reason: m.t("收入达标脱贫", "Exit: income over the line"),
        },
        Spell { kind: m.t("监测", "Monitored"), from: day(3, 2), until: None, reason: m.t("因病支出骤增", "Sudden medical cost") },
    ]
}

fn income(m: Maker) -> Income {
    Income {
        year: 2026,
        parts: vec![
            (m.t("工资性收入", "Wages"), 2_560_000),
            (m.t("生产经营性收入", "Production"), 480_000),
            (m.t("转移性收入", "Transfers"), 516_000),
            (m.t("财产性收入", "Property"), 20_000),
            (m.t("生产经营性支出", "Production cost"), -210_000),
        ],
        per_head_fen: Some(841_500),
        line_fen: Some(850_000),
    }
}
