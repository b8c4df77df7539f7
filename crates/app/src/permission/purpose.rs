//! What personal data are used for.

/// What somebody needs something for; the first axis an official declares, fixed by the page in most cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    Identification,
    Assistance,
    Supervision,
    Appeal,
    Lending,
    Audit,
    Administration,
    /// A household's own affairs.
    OwnAffairs,
    PublicInformation,
    /// Break-glass.
    Emergency,
}

impl Purpose {
    pub const ALL: [Self; 10] = [
        Self::Identification,
        Self::Assistance,
        Self::Supervision,
        Self::Appeal,
        Self::Lending,
        Self::Audit,
        Self::Administration,
        Self::OwnAffairs,
        Self::PublicInformation,
        Self::Emergency,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identification => "identification",
            Self::Assistance => "assistance",
            Self::Supervision => "supervision",
            Self::Appeal => "appeal",
            Self::Lending => "lending",
            Self::Audit => "audit",
            Self::Administration => "administration",
            Self::OwnAffairs => "own_affairs",
            Self::PublicInformation => "public_information",
            Self::Emergency => "emergency",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == text)
    }
}
