//! Names of places: made of small lists, so that none is anybody's.

const FIRST: [(&str, &str); 24] = [
    ("青", "Qing"),
    ("石", "Shi"),
    ("云", "Yun"),
    ("白", "Bai"),
    ("黄", "Huang"),
    ("龙", "Long"),
    ("水", "Shui"),
    ("大", "Da"),
    ("新", "Xin"),
    ("长", "Chang"),
    ("沙", "Sha"),
    ("松", "Song"),
    ("竹", "Zhu"),
    ("梅", "Mei"),
    ("金", "Jin"),
    ("银", "Yin"),
    ("红", "Hong"),
    ("高", "Gao"),
    ("平", "Ping"),
    ("双", "Shuang"),
    ("凤", "Feng"),
    ("茶", "Cha"),
    ("柳", "Liu"),
    ("马", "Ma"),
];
const SECOND: [(&str, &str); 12] = [
    ("山", "shan"),
    ("桥", "qiao"),
    ("湾", "wan"),
    ("岭", "ling"),
    ("坪", "ping"),
    ("溪", "xi"),
    ("塘", "tang"),
    ("寨", "zhai"),
    ("坝", "ba"),
    ("岩", "yan"),
    ("林", "lin"),
    ("坡", "po"),
];

/// What an area is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Six, nine or twelve digits.
    pub code: i64,
    pub zh: String,
    pub en: String,
}

/// The name of an area by its code. Areas next to each other have different names: up to 288 in one above.
pub(crate) fn place(code: i64) -> Place {
    let (kind_zh, kind_en) = if code < 1_000_000 {
        ("县", " County")
    } else if code < 1_000_000_000 {
        ("镇", " Township")
    } else {
        ("村", " Village")
    };
    // The last three digits number an area in the one above; 89 shares no factor with 288, so that all numbers give different names.
    let (above, number) = (code / 1000, code % 1000);
    let at = usize::try_from((number * 89 + above * 37) % 288).unwrap_or(0);
    let none = ("", "");
    let ((first, one), (second, two)) = (FIRST.get(at / SECOND.len()).unwrap_or(&none), SECOND.get(at % SECOND.len()).unwrap_or(&none));
    Place { code, zh: format!("{first}{second}{kind_zh}"), en: format!("{one}{two}{kind_en}") }
}
