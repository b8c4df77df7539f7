//! Names of people, employers and companies: made of small lists, so none is anybody's.

use crate::codes::Sex;
use crate::random::Random;

const SURNAMES: [&str; 60] = [
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何", "高", "林", "罗", "郑", "梁",
    "谢", "宋", "唐", "许", "韩", "冯", "邓", "曹", "彭", "曾", "肖", "田", "董", "袁", "潘", "于", "蒋", "蔡", "余", "杜", "叶", "程",
    "苏", "魏", "吕", "丁", "任", "沈", "姚", "卢", "姜", "崔", "钟", "谭", "陆", "汪", "范", "石",
];
const MALE: [&str; 48] = [
    "伟", "强", "军", "勇", "杰", "涛", "明", "超", "刚", "平", "辉", "建", "国", "华", "文", "志", "林", "海", "波", "峰", "龙", "春",
    "贵", "福", "德", "富", "有", "金", "水", "根", "生", "才", "荣", "成", "忠", "义", "山", "永", "光", "宏", "正", "云", "东", "祥",
    "新", "浩", "宇", "轩",
];
const FEMALE: [&str; 48] = [
    "芳", "娜", "秀", "英", "敏", "静", "丽", "艳", "娟", "霞", "燕", "玲", "桂", "兰", "凤", "梅", "莲", "珍", "香", "花", "玉", "红",
    "翠", "菊", "琴", "素", "云", "淑", "慧", "巧", "美", "春", "月", "仙", "金", "银", "萍", "蓉", "婷", "雪", "琳", "倩", "欣", "怡",
    "佳", "梦", "雨", "萱",
];
const EMPLOYERS: [&str; 16] = [
    "远山电子厂",
    "东江制衣厂",
    "新河建筑队",
    "安泰物流公司",
    "海棠餐饮店",
    "丰源食品厂",
    "永固建材厂",
    "蓝天家政公司",
    "长河鞋业",
    "和顺装修队",
    "绿野农场",
    "星火五金厂",
    "云岭茶厂",
    "青禾合作社",
    "南岸超市",
    "宏图机械厂",
];
const OFFICES: [&str; 6] = ["县农业局", "县第二小学", "镇卫生院", "镇人民政府", "县供电公司", "县民政局"];
const COMPANIES: [&str; 10] =
    ["种植专业合作社", "养殖场", "商贸有限公司", "建材经营部", "运输服务部", "农家乐", "食品加工厂", "超市", "装饰工程部", "农机服务社"];

/// A name as positions in the lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    surname: u8,
    first: u8,
    second: Option<u8>,
    sex: Sex,
}

fn position(random: &mut Random, bound: u32) -> u8 {
    u8::try_from(random.below(bound)).unwrap_or(0)
}

/// Surnames are not evenly spread: the first of the list are much more frequent.
pub(crate) fn surname(random: &mut Random) -> u8 {
    let left = random.below(60);
    u8::try_from(left.min(random.below(60)).min(random.below(60))).unwrap_or(0)
}

impl Name {
    pub(crate) fn new(random: &mut Random, surname: u8, sex: Sex) -> Self {
        Self { surname, first: position(random, 48), second: random.chance(0.78).then(|| position(random, 48)), sex }
    }

    /// Some number that stays with the name.
    pub(crate) fn key(self) -> u8 {
        self.first
    }

    /// The same name with another last character, as misheard.
    pub(crate) fn misheard(self) -> Self {
        Self { second: self.second.map(|at| (at + 1) % 48), ..self }
    }

    pub(crate) fn write(self, text: &mut String) {
        let given = match self.sex {
            Sex::Male => &MALE,
            Sex::Female => &FEMALE,
        };
        let parts = [
            SURNAMES.get(usize::from(self.surname)),
            given.get(usize::from(self.first)),
            self.second.and_then(|at| given.get(usize::from(at))),
        ];
        for part in parts.into_iter().flatten() {
            text.push_str(part);
        }
    }
}

pub(crate) fn employer(key: u8) -> &'static str {
    EMPLOYERS.get(usize::from(key % 16)).copied().unwrap_or_default()
}

pub(crate) fn office(key: u8) -> &'static str {
    OFFICES.get(usize::from(key % 6)).copied().unwrap_or_default()
}

/// Ethnicity of a village or an in-married member; position 0 is the majority.
pub(crate) fn ethnicity(key: u8) -> &'static str {
    ["汉族", "苗族", "彝族", "土家族", "布依族", "侗族"].get(usize::from(key % 6)).copied().unwrap_or_default()
}

pub(crate) fn write_company(key: u32, text: &mut String) {
    let at = usize::try_from(key % 10).unwrap_or(0);
    let surname = SURNAMES.get(usize::try_from(key / 10 % 60).unwrap_or(0));
    text.push_str(surname.copied().unwrap_or_default());
    text.push('记');
    text.push_str(COMPANIES.get(at).copied().unwrap_or_default());
}
