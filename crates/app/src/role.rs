//! Who somebody is to the programme.

use kernel::AreaCode;

/// Whoever runs a command on the machine that holds the keys, as the access log names them.
pub const OPERATOR: &str = "operator";

/// What a member of staff is appointed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Keeps accounts; sees no household.
    Admin,
    /// Decides for a county.
    CountyOfficer,
    /// Checks and decides for a township.
    TownshipOfficer,
    /// Visits, records, proposes in a village.
    VillageCadre,
    /// Villager who votes and watches.
    VillageRepresentative,
    /// Works on what a department is responsible for.
    DepartmentOfficer,
    /// Decides appeals; takes part in nothing before them.
    AppealsOfficer,
    /// Lends, on what households consented to.
    BankOfficer,
    /// Reads everything that was decided and paid, changes nothing.
    Auditor,
}

impl Role {
    pub const ALL: [Self; 9] = [
        Self::Admin,
        Self::CountyOfficer,
        Self::TownshipOfficer,
        Self::VillageCadre,
        Self::VillageRepresentative,
        Self::DepartmentOfficer,
        Self::AppealsOfficer,
        Self::BankOfficer,
        Self::Auditor,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::CountyOfficer => "county_officer",
            Self::TownshipOfficer => "township_officer",
            Self::VillageCadre => "village_cadre",
            Self::VillageRepresentative => "village_representative",
            Self::DepartmentOfficer => "department_officer",
            Self::AppealsOfficer => "appeals_officer",
            Self::BankOfficer => "bank_officer",
            Self::Auditor => "auditor",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == text)
    }
}

/// A household of one county's register.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HouseholdKey {
    pub county: AreaCode,
    pub id: String,
}

impl HouseholdKey {
    #[must_use]
    pub fn new(county: AreaCode, id: &str) -> Self {
        Self { county, id: id.to_owned() }
    }
}

impl std::fmt::Display for HouseholdKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.county, self.id)
    }
}

/// Somebody who asks for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// A member of staff. `second_factor` tells whether a one-time password was given at sign-in.
    Staff { account: String, role: Role, area: AreaCode, second_factor: bool },
    /// A household, about itself.
    Household(HouseholdKey),
    /// Anybody.
    Public,
}

impl Principal {
    /// One text for each, as the access log and the requests keep it: `staff:…`, `household:…`, `public`.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Staff { account, .. } => format!("staff:{account}"),
            Self::Household(household) => format!("household:{household}"),
            Self::Public => "public".to_owned(),
        }
    }

    /// The name of its role, as policies and the access log write it.
    #[must_use]
    pub const fn role_name(&self) -> &'static str {
        match self {
            Self::Staff { role, .. } => role.name(),
            Self::Household(_) => "household",
            Self::Public => "public",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{HouseholdKey, Principal, Role};

    #[test]
    fn roles_are_stored_by_name() {
        assert!(Role::ALL.into_iter().all(|role| Role::parse(role.name()) == Some(role)));
        assert_eq!(Role::parse("Admin"), None);
    }

    #[test]
    fn principals_have_one_key_each() {
        let county = kernel::AreaCode::parse("520222").unwrap();
        let household = Principal::Household(HouseholdKey::new(county, "h1"));
        assert_eq!((household.key().as_str(), household.role_name()), ("household:520222/h1", "household"));
        let staff = Principal::Staff { account: "a1".into(), role: Role::Auditor, area: county, second_factor: true };
        assert_eq!((staff.key().as_str(), staff.role_name()), ("staff:a1", "auditor"));
        assert_eq!((Principal::Public.key().as_str(), Principal::Public.role_name()), ("public", "public"));
    }
}
