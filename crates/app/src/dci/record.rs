//! A household as partners know it: a Group of Members (schema.spdci.org, social registry, version 1).

use kernel::Currency;
use registry::Cell;
use registry::household::store::Identities;
use registry::household::{Household, Member};
use registry::spell::Spell;
use serde_json::{Map, Value, json};

use super::query::{REGISTERED, SCORE_TYPE, score};

/// What is known of a household, its names and numbers included.
pub(super) struct Known<'a> {
    pub household: &'a Household,
    pub identities: &'a Identities,
    pub spells: &'a [Spell],
    /// RFC 3339.
    pub updated: &'a str,
    pub currency: &'a Currency,
    /// The programme's id and title.
    pub programme: (&'a str, &'a str),
}

/// The relation to the head, in the standard's codes (`RelationshipTypeEnum`). A niece is spelled in two ways there, a great-grandchild is
/// missing: the wider code stands for them.
fn relation(code: &str) -> &'static str {
    match code {
        "head" => "SELF",
        "spouse" => "SPS",
        "son" => "SONC",
        "daughter" => "DAUC",
        "daughter_in_law" => "DAUINLAW",
        "son_in_law" => "SONINLAW",
        "sons_son" | "daughters_son" => "GRNDSON",
        "sons_daughter" | "daughters_daughter" => "GRNDDAU",
        "father" => "FTH",
        "mother" => "MTH",
        "wifes_father" | "husbands_father" => "FTHINLAW",
        "wifes_mother" | "husbands_mother" => "MTHINLAW",
        "fathers_father" => "PGRFTH",
        "fathers_mother" => "PGRMTH",
        "mothers_father" => "MGRFTH",
        "mothers_mother" => "MGRMTH",
        "sibling" => "SIB",
        "nephew" => "NEPHEW",
        "niece" => "NIENEPH",
        "brothers_wife" => "SISINLAW",
        "uncle" => "UNCLE",
        "great_grandson" | "great_granddaughter" => "EXT",
        _ => "FAMMEMB",
    }
}

/// Levels of ISCED.
fn education(code: &str) -> Option<&'static str> {
    Some(match code {
        "illiterate" => "0",
        "primary" => "1",
        "junior" => "2",
        "senior" => "3",
        "college" => "5",
        "university" => "6",
        _ => return None,
    })
}

fn identifier(kind: &str, value: &str) -> Value {
    json!({ "@type": "Identifier", "identifier_type": kind, "identifier_value": value })
}

fn text<'a>(member: &'a Member, column: &str) -> Option<&'a str> {
    match member.cells.get(column) {
        Some(Cell::Text(text)) => Some(text),
        Some(Cell::Number(_) | Cell::Flag(_)) | None => None,
    }
}

impl Known<'_> {
    /// The household with its members.
    pub(super) fn group(&self) -> Value {
        let household = self.household;
        let members: Vec<Value> = household.present().map(|member| self.member(member)).collect();
        let mut group = Map::new();
        let mut put = |name: &str, value: Value| drop(group.insert(name.to_owned(), value));
        put("@context", json!({ "@vocab": "https://schema.spdci.org/extensions/social/v1/data/" }));
        put("@type", "Group".into());
        put("group_identifier", json!([identifier("HOUSEHOLD_ID", &format!("{}/{}", household.county, household.id.0))]));
        // AssistanceUnit: 2 is a household.
        put("group_type", "2".into());
        put("address", json!([{ "@type": "Address", "area_code": household.village }]));
        if let Some(score) = score(household, self.currency.scale()) {
            put("poverty_score", score.into());
            put("poverty_score_type", SCORE_TYPE.into());
        }
        if let Some(head) = self.head() {
            put("group_head_info", self.member(head));
        }
        put("group_size", household.people().into());
        put("member_list", members.into());
        if let Some(Cell::Text(on)) = household.cells.get(REGISTERED) {
            put("registration_date", midnight(on).into());
        }
        put("last_updated", self.updated.into());
        put("additional_attributes", json!([{ "registration_status": household.status }, { "programmes": self.programmes() }]));
        group.into()
    }

    /// The members by these numbers.
    pub(super) fn members(&self, wanted: &dyn Fn(&Member) -> bool) -> Vec<Value> {
        self.household.present().filter(|member| wanted(member)).map(|member| self.member(member)).collect()
    }

    fn head(&self) -> Option<&Member> {
        let mut members = self.household.present();
        members.find(|member| text(member, "relation") == Some("head")).or_else(|| self.household.present().next())
    }

    fn member_id(&self, member: &Member) -> Value {
        identifier("MEMBER_ID", &format!("{}/{}/{}", self.household.county, self.household.id.0, member.id.0))
    }

    fn member(&self, member: &Member) -> Value {
        let own = |field: &str| self.identities.get(&(member.id.0.clone(), field.to_owned()));
        let mut person = Map::new();
        let mut put = |name: &str, value: Value| drop(person.insert(name.to_owned(), value));
        put("@type", "SRPerson".into());
        let numbers: Vec<Value> = own("identity").map(|number| identifier("UIN", number)).into_iter().collect();
        put("identifier", numbers.into());
        if let Some(name) = own("name") {
            // One word on record; where the family name ends is nobody's guess.
            put("name", json!({ "@type": "Name", "given_name": name }));
        }
        put("sex", text(member, "sex").filter(|sex| ["male", "female"].contains(sex)).unwrap_or("unknown").into());
        if let Some(on) = text(member, "born_on") {
            put("birth_date", midnight(on).into());
        }
        if let Some(phone) = own("phone").or_else(|| self.identities.get(&(String::new(), "phone".to_owned()))) {
            put("phone_number", json!([phone]));
        }
        let mut out = Map::new();
        let mut put = |name: &str, value: Value| drop(out.insert(name.to_owned(), value));
        put("@type", "Member".into());
        put("member_identifier", json!([self.member_id(member)]));
        put("demographic_info", person.into());
        if let Some(code) = text(member, "relation") {
            put("relationship_head", relation(code).into());
            if let Some(head) = self.head().filter(|head| head.id != member.id) {
                let related = json!({ "relationship_type": relation(code), "related_member": self.member_id(head) });
                put("related_person", json!([related]));
            }
        }
        put("is_disabled", (own("certificate").is_some() || member.cells.contains_key("disability_kind")).into());
        if let Some(level) = text(member, "education").and_then(education) {
            put("education_level", level.into());
        }
        if let Some(on) = &member.joined_on {
            put("registration_date", midnight(on).into());
        }
        out.into()
    }

    /// Its stays in the programme: 1 active, 3 graduated (`EnrollmentStatus`).
    fn programmes(&self) -> Vec<Value> {
        let (id, title) = self.programme;
        let stay = |spell: &Spell| {
            let left = spell.closed_on.as_deref().map(midnight);
            json!({
                "programme_identifier": identifier("PROGRAMME_ID", id),
                "programme_name": title,
                "enrollment_date": midnight(&spell.opened_on),
                "enrollment_status": if left.is_some() { "3" } else { "1" },
                "status_change_date": left,
            })
        };
        self.spells.iter().map(stay).collect()
    }
}

/// A civil day as the standard's date and time.
fn midnight(on: &str) -> String {
    format!("{on}T00:00:00Z")
}
