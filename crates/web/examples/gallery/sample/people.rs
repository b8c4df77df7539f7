//! Pages for households, the public and whoever signs in.

use web::view::form::{Choice, Form, Problem};
use web::view::page::declare::{self, CheckAnswers, Declare, Given, Thanks};
use web::view::page::failure::{self, Failure, Stale};
use web::view::page::household::Look;
use web::view::page::mine::{self, Decision, Mine, Object};
use web::view::page::notice::{self, NoticeEntry, NoticeList, NoticeRow, PublicNotice};
use web::view::page::procedure::{self, Procedure, ProcedureStep};
use web::view::page::sign_in::{self, HouseholdSignIn, HouseholdStage, SecondFactor, SignIn};
use web::view::page::totals::{self, TotalRow, Totals};
use web::view::page::word::Status;
use web::view::part::Pair;
use web::view::public_count::PublicCount;

use super::{Kind, Maker, Sample, at, day, sample};

pub(crate) fn pages(m: Maker) -> Vec<Sample> {
    let mut out = signing_in(m);
    out.extend(declaring(m));
    out.extend(reading(m));
    out.extend(own(m));
    out.extend(failures(m));
    out
}

fn signing_in(m: Maker) -> Vec<Sample> {
    let form = |id: &str| Form::new(id, "/sign-in", "token", "k1");
    let refused = Form {
        values: vec![("user".to_owned(), "chenjianguo".to_owned())],
        problems: vec![Problem { field: "password".to_owned(), text: m.t("用户名或密码不对", "User name or password is wrong") }],
        ..form("sign-in")
    };
    let household = |stage, telephone: Option<&str>| HouseholdSignIn { form: form("mine"), stage, telephone: telephone.map(str::to_owned) };
    vec![
        sample("sign-in", Kind::Desk, sign_in::page(&m.anybody("sign-in"), &SignIn { form: form("sign-in") })),
        sample("sign-in-refused", Kind::Desk, sign_in::page(&m.anybody("sign-in-refused"), &SignIn { form: refused })),
        sample("second-factor", Kind::Desk, sign_in::second_factor(&m.anybody("second-factor"), &SecondFactor { form: form("code") })),
        sample("mine-sign-in", Kind::Public, sign_in::household(&m.anybody("mine-sign-in"), &household(HouseholdStage::Number, None))),
        sample(
            "mine-message",
            Kind::Public,
            sign_in::household(&m.anybody("mine-message"), &household(HouseholdStage::Message, Some("138****0010"))),
        ),
        sample("mine-card", Kind::Public, sign_in::household(&m.anybody("mine-card"), &household(HouseholdStage::Card, None))),
    ]
}

fn risks(m: Maker) -> Vec<Choice> {
    vec![
        Choice::new("illness", m.t("因病", "Illness")),
        Choice::new("schooling", m.t("因学", "Schooling")),
        Choice::new("disaster", m.t("因灾", "Disaster")),
        Choice::new("labour", m.t("务工收入减少", "Less work away from home")),
        Choice::new("unknown", m.t("说不清", "I do not know")),
    ]
}

fn declaring(m: Maker) -> Vec<Sample> {
    let form = || Form::new("declare", "/declare", "token", "k2");
    let villages = vec![
        Choice::new("", m.t("请选择", "Choose")),
        Choice::new("v1", m.t("石桥镇 上河村", "Shanghe Village, Shiqiao")),
        Choice::new("v2", m.t("石桥镇 下河村", "Xiahe Village, Shiqiao")),
    ];
    let values = vec![
        ("name".to_owned(), m.t("王<script>大山", "Wang <script>Dashan")),
        ("telephone".to_owned(), "1381234".to_owned()),
        ("village".to_owned(), "v1".to_owned()),
        ("risk".to_owned(), "illness".to_owned()),
    ];
    let problem = |field: &str, zh: &str, en: &str| Problem { field: field.to_owned(), text: m.t(zh, en) };
    let refused = Form {
        values: values.clone(),
        problems: vec![
            problem("telephone", "电话号码应为 11 位", "A telephone number has 11 digits"),
            problem("difficulty", "请写一下遇到的困难", "Say what the difficulty is"),
        ],
        ..form()
    };
    let given = |name: String, value: String| Given { name, value, field: "name".to_owned() };
    let answers = vec![
        given(m.t("姓名", "Name"), m.t("王大山", "Wang Dashan")),
        given(m.t("联系电话", "Telephone"), "138****0010".to_owned()),
        given(m.t("身份证号码", "Identity number"), "52************0010".to_owned()),
        given(m.t("所在村", "Village"), m.t("石桥镇 上河村", "Shanghe Village, Shiqiao")),
        given(
            m.t("困难", "Difficulty"),
            m.t("妻子患病，今年自付医药费两万三千元。", "My wife is ill; we paid 23,000 yuan ourselves this year."),
        ),
        given(m.t("主要风险", "Main risk"), m.t("因病", "Illness")),
    ];
    let consent = m.t(
        "提交即同意工作人员为核实困难向医保、民政等部门查询本户信息；每次查询您都能看到。",
        "By sending this you agree that officials ask other departments about your household to verify the need; you can see each query.",
    );
    let check = CheckAnswers { form: Form { values, ..form() }, answers, consent };
    let thanks = Thanks {
        number: "2026-1123-0042".to_owned(),
        now: m.t("等待村级受理。", "It waits for the village cadre."),
        visit_days: 2,
        decision_days: 20,
        follow: m.link("查看办理进度", "Follow your declaration", "mine"),
    };
    let page = |name: &str, form: Form, for_another: bool| {
        declare::page(&m.anybody(name), &Declare { form, villages: villages.clone(), risks: risks(m), for_another })
    };
    vec![
        sample("declare", Kind::Public, page("declare", form(), false)),
        sample("declare-refused", Kind::Public, page("declare-refused", refused, true)),
        sample("declare-check", Kind::Public, declare::check(&m.anybody("declare-check"), &check)),
        sample("declare-thanks", Kind::Public, declare::thanks(&m.anybody("declare-thanks"), &thanks)),
    ]
}

pub(crate) fn notice_of(m: Maker) -> PublicNotice {
    let heads = [
        ("王大山", "Wang Dashan"),
        ("李秀英", "Li Xiuying"),
        ("张桂兰", "Zhang Guilan"),
        ("欧阳国强", "Ouyang Guoqiang"),
        ("𠮷田芳", "Jitian Fang"),
        ("杨再兴", "Yang Zaixing"),
    ];
    let rows = heads
        .into_iter()
        .zip(1..)
        .map(|((zh, en), place)| NoticeRow {
            head: m.t(zh, en),
            group: m.t(&format!("第{place}组"), &format!("Group {place}")),
            persons: 2 + place % 4,
            outcome: m.t("拟纳入监测", "To be monitored"),
        })
        .collect();
    PublicNotice {
        number: "QS-2026-0117".to_owned(),
        title: m.t("上河村拟纳入监测对象公示", "Households to be monitored in Shanghe Village"),
        area: m.t("清水县石桥镇上河村", "Shanghe Village, Shiqiao Township, Qingshui County"),
        office: m.t("上河村村民委员会", "Village committee of Shanghe"),
        from: day(11, 17),
        until: day(11, 23),
        supervision: m.t("石桥镇 0855-0000000，全国 12317", "Shiqiao Township 0855-0000000, national 12317"),
        criterion: m.t(
            "2026 年家庭人均纯收入低于 8,500 元且存在返贫致贫风险，经村民评议会评议通过。",
            "Net income per head under 8,500 yuan in 2026 and a risk of poverty, agreed on by the village meeting.",
        ),
        rows,
        url: "https://fupin.example/n/QS-2026-0117?r=8f3c2a".to_owned(),
        objection_href: "object".to_owned(),
    }
}

fn reading(m: Maker) -> Vec<Sample> {
    let entry = |zh: &str, en: &str, from, until| NoticeEntry {
        notice: m.link(zh, en, "notice"),
        area: m.t("石桥镇上河村", "Shanghe Village"),
        from,
        until,
    };
    let list = NoticeList {
        area: m.t("石桥镇", "Shiqiao Township"),
        today: day(11, 23),
        entries: vec![
            entry("拟纳入监测对象公示", "Households to be monitored", day(11, 17), day(11, 23)),
            entry("风险消除对象公示", "Households whose risk is gone", day(6, 1), day(6, 7)),
        ],
    };
    let households = [412, 6, 133, 58, 9];
    let persons = [1_530, 21, 480, 205, 30];
    let names = [("石桥镇", "Shiqiao"), ("白岩乡", "Baiyan"), ("青龙镇", "Qinglong"), ("马场镇", "Machang"), ("云雾乡", "Yunwu")];
    let (households, persons) = (PublicCount::column(&households), PublicCount::column(&persons));
    let rows = names.into_iter().zip(households.into_iter().zip(persons)).map(|((zh, en), (households, persons))| TotalRow {
        area: m.t(zh, en),
        code: String::new(),
        href: Some("totals".to_owned()),
        counts: vec![households, persons],
    });
    let totals = Totals {
        title: m.t("清水县监测对象", "Monitored households of Qingshui County"),
        as_of: day(11, 20),
        trail: vec![],
        counts: vec![m.t("户数", "Households"), m.t("人数", "Persons")],
        rows: rows.collect(),
        csv_href: "totals.csv".to_owned(),
        source: m.t("来源：清水县登记库。", "Source: register of Qingshui County."),
    };
    vec![
        sample("notice", Kind::Public, notice::page(&m.anybody("notice"), &notice_of(m))),
        sample("notices", Kind::Public, notice::list(&m.anybody("notices"), &list)),
        sample("totals", Kind::Public, totals::page(&m.anybody("totals"), &totals)),
        sample("procedure", Kind::Public, procedure::page(&m.anybody("procedure"), &procedure_of(m))),
    ]
}

fn procedure_of(m: Maker) -> Procedure {
    let step = |title: (&str, &str), actor: (&str, &str), what: (&str, &str), term: Option<(&str, &str)>, is_public| ProcedureStep {
        title: m.t(title.0, title.1),
        actor: m.t(actor.0, actor.1),
        what: m.t(what.0, what.1),
        term: term.map(|(zh, en)| m.t(zh, en)),
        is_public,
    };
    let days = |n: u8| (format!("{n} 个工作日"), format!("{n} working days"));
    let (two, ten) = (days(2), days(10));
    Procedure {
        title: m.t("监测对象怎样认定", "How a household is admitted to monitoring"),
        about: m.t(
            "任何农户都可以申报。系统只整理依据，每一步都由人决定。",
            "Any household may declare need. The system gathers evidence; people decide at each step.",
        ),
        source: m.t("防返贫监测工作指南", "Guide to monitoring"),
        valid_from: day(1, 1),
        steps: vec![
            step(
                ("入户核查", "Visit"),
                ("驻村工作队", "Village team"),
                (
                    "两人以上上门，逐项核实收入、住房、饮水、上学、看病。",
                    "At least two people come and look at income, housing, water, schooling and health.",
                ),
                Some((&two.0, &two.1)),
                false,
            ),
            step(
                ("民主评议", "Village meeting"),
                ("村民代表", "Villagers' delegates"),
                ("过半数代表到会，过半数同意方可通过。", "Half of the delegates must attend, and half of those agree."),
                None,
                true,
            ),
            step(
                ("村级公示", "Notice in the village"),
                ("村民委员会", "Village committee"),
                ("名单张贴并上网，任何人都可以提出异议。", "The list is posted and put on the web; anybody may object."),
                Some(("7 天", "7 days")),
                true,
            ),
            step(
                ("县级审定", "Decision of the county"),
                ("县乡村振兴局", "County office"),
                ("书面决定，写明理由。", "In writing, with reasons."),
                Some((&ten.0, &ten.1)),
                true,
            ),
        ],
        appeal: m.t(
            "收到决定后 30 天内可向县级申诉，由未经手的人复核。",
            "Within 30 days you can appeal to the county; somebody who was not involved reviews the case.",
        ),
    }
}

fn own(m: Maker) -> Vec<Sample> {
    let decision = |title: (&str, &str), outcome: (&str, &str), reason: (&str, &str), appeal| Decision {
        title: m.t(title.0, title.1),
        on: day(11, 2),
        outcome: m.t(outcome.0, outcome.1),
        reason: m.t(reason.0, reason.1),
        by: m.t("石桥镇人民政府", "Shiqiao Township"),
        appeal,
    };
    let mine = Mine {
        head: m.t("王大山", "Wang Dashan"),
        number: "522301-0042".to_owned(),
        status: Status::Registered,
        now: Some(m.t("您的申请正在村级公示，11 月 23 日结束。", "Your case is on public notice in the village until 23 November.")),
        decisions: vec![
            decision(
                ("申请纳入监测", "Admission to monitoring"),
                ("暂不纳入", "Not admitted"),
                (
                    "人均纯收入 9,120 元，高于标准 8,500 元；医药费报销后自付 3,400 元。",
                    "Net income per head is 9,120 yuan, the line is 8,500; after insurance you paid 3,400 yuan for medicine.",
                ),
                Some((m.link("提出申诉", "Appeal", "appeal"), day(12, 2))),
            ),
            decision(("危房改造补助", "Repair of the house"), ("批准", "Granted"), ("住房鉴定为 C 级。", "The house was graded C."), None),
        ],
        record: vec![
            Pair::new(m.t("家庭人口", "Persons"), "4"),
            Pair::new(m.t("人均纯收入", "Net income per head"), "¥9,120"),
            Pair::new(m.t("住房", "Dwelling"), m.t("砖木，C 级", "brick and wood, grade C")),
            Pair::new(m.t("帮扶责任人", "Helper"), m.t("陈建国", "Chen Jianguo")),
        ],
        correct_href: "object".to_owned(),
        looks: looks(m),
    };
    let object = |is_appeal| Object {
        form: Form::new("object", "/objections", "token", "k3"),
        about: m.t("上河村拟纳入监测对象公示", "Households to be monitored in Shanghe Village"),
        is_appeal,
        ask_who: !is_appeal,
    };
    vec![
        sample("mine", Kind::Public, mine::page(&m.anybody("mine"), &mine)),
        sample("object", Kind::Public, mine::object(&m.anybody("object"), &object(false))),
        sample("appeal", Kind::Public, mine::object(&m.anybody("appeal"), &object(true))),
    ]
}

pub(crate) fn looks(m: Maker) -> Vec<Look> {
    let look = |at, who: (&str, &str), why: (&str, &str), what: (&str, &str)| Look {
        at,
        who: m.t(who.0, who.1),
        role: m.t("县级审核员", "County reviewer"),
        why: m.t(why.0, why.1),
        what: m.t(what.0, what.1),
    };
    vec![
        look(at(11, 20, 9, 12), ("陈建国", "Chen Jianguo"), ("审批案件", "Deciding on the case"), ("家庭成员、收入", "Members, income")),
        look(at(11, 18, 16, 40), ("周敏", "Zhou Min"), ("核对医保", "Comparing insurance"), ("医药费", "Medical cost")),
    ]
}

const FAILURES: [&str; 8] =
    ["failure-400", "failure-403", "failure-404", "failure-409", "failure-413", "failure-429", "failure-500", "failure-503"];

fn failures(m: Maker) -> Vec<Sample> {
    let stale =
        |zh: &str, en: &str, yours: &str, theirs: &str| Stale { name: m.t(zh, en), yours: yours.to_owned(), theirs: theirs.to_owned() };
    failure::Kind::ALL
        .into_iter()
        .zip(FAILURES)
        .map(|(kind, name)| {
            let stale = if kind == failure::Kind::Stale {
                vec![stale("务工月数", "Months of work", "6", "8"), stale("住房等级", "Grade of the house", "C", "B")]
            } else {
                vec![]
            };
            let view = Failure { kind, reference: "7f3a-22".to_owned(), stale, back: Some(m.link("返回", "Go back", "overview")) };
            sample(name, Kind::Public, failure::page(&m.anybody(name), &view))
        })
        .collect()
}
