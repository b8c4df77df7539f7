//! Everything that pages and the API do.

/// One line for each thing a page or an operation of the API does; `permission/matrix.txt` says who may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Totals, maps and results that anybody may see.
    ViewPublicTotals,
    /// Lines, rules, measures and products of the programme.
    ViewProgramme,
    /// A notice that hangs out.
    ViewNotice,
    /// Whether a receipt is in the ledger.
    VerifyReceipt,
    /// One's own record, decisions and payments.
    ViewOwnHousehold,
    /// Word that somebody needs help; shows and changes nothing.
    ReportNeed,
    /// What a household says about itself.
    Declare,
    /// An objection to a notice.
    Object,
    /// An appeal against a decision about oneself.
    Appeal,
    /// Giving and withdrawing consent oneself.
    GiveConsent,
    /// Dashboards of an area, without households.
    ViewOverview,
    /// Lists of households, identities masked.
    ListHouseholds,
    /// One household's record, identities masked.
    ViewHousehold,
    /// Names, numbers, telephones and accounts unmasked.
    ViewIdentity,
    /// A list as a file.
    ExportList,
    /// Early warnings of households that slip back.
    ViewWarnings,
    /// Flows of money in an area.
    ViewMoney,
    /// A proposal to admit, change or remove.
    OpenCase,
    /// A case and its steps, identities masked.
    ViewCase,
    /// The step of a case whose turn it is; the workflow names the roles.
    ActOnCase,
    /// The decision on what somebody else proposed.
    ApproveCase,
    /// The decision on an appeal.
    DecideAppeal,
    /// Hanging out a notice.
    PublishNotice,
    /// What a visitor saw.
    RecordVisit,
    /// A village meeting and its votes.
    RecordMeeting,
    /// Consent given on paper.
    RecordConsent,
    /// A printed card for a household, and its revocation.
    IssueCard,
    /// Files of a department or a survey.
    ImportData,
    /// Computing proposals for a whole area.
    RunIdentification,
    /// What a bank may know of a household that consented.
    ViewCreditFacts,
    /// Loans of a bank: disbursement, repayment, arrears.
    ServiceLoan,
    /// Accounts of staff.
    ManageAccounts,
    /// Loading a programme definition.
    ManageProgramme,
    /// Who is told of events of cases.
    ManageWebhooks,
    /// Who looked at what.
    ViewAccessLog,
    /// Asking for a grant beyond one's area.
    BreakGlass,
}

impl Action {
    pub const ALL: [Self; 36] = [
        Self::ViewPublicTotals,
        Self::ViewProgramme,
        Self::ViewNotice,
        Self::VerifyReceipt,
        Self::ViewOwnHousehold,
        Self::ReportNeed,
        Self::Declare,
        Self::Object,
        Self::Appeal,
        Self::GiveConsent,
        Self::ViewOverview,
        Self::ListHouseholds,
        Self::ViewHousehold,
        Self::ViewIdentity,
        Self::ExportList,
        Self::ViewWarnings,
        Self::ViewMoney,
        Self::OpenCase,
        Self::ViewCase,
        Self::ActOnCase,
        Self::ApproveCase,
        Self::DecideAppeal,
        Self::PublishNotice,
        Self::RecordVisit,
        Self::RecordMeeting,
        Self::RecordConsent,
        Self::IssueCard,
        Self::ImportData,
        Self::RunIdentification,
        Self::ViewCreditFacts,
        Self::ServiceLoan,
        Self::ManageAccounts,
        Self::ManageProgramme,
        Self::ManageWebhooks,
        Self::ViewAccessLog,
        Self::BreakGlass,
    ];

    /// As policies and the access log write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ViewPublicTotals => "view_public_totals",
            Self::ViewProgramme => "view_programme",
            Self::ViewNotice => "view_notice",
            Self::VerifyReceipt => "verify_receipt",
            Self::ViewOwnHousehold => "view_own_household",
            Self::ReportNeed => "report_need",
            Self::Declare => "declare",
            Self::Object => "object",
            Self::Appeal => "appeal",
            Self::GiveConsent => "give_consent",
            Self::ViewOverview => "view_overview",
            Self::ListHouseholds => "list_households",
            Self::ViewHousehold => "view_household",
            Self::ViewIdentity => "view_identity",
            Self::ExportList => "export_list",
            Self::ViewWarnings => "view_warnings",
            Self::ViewMoney => "view_money",
            Self::OpenCase => "open_case",
            Self::ViewCase => "view_case",
            Self::ActOnCase => "act_on_case",
            Self::ApproveCase => "approve_case",
            Self::DecideAppeal => "decide_appeal",
            Self::PublishNotice => "publish_notice",
            Self::RecordVisit => "record_visit",
            Self::RecordMeeting => "record_meeting",
            Self::RecordConsent => "record_consent",
            Self::IssueCard => "issue_card",
            Self::ImportData => "import_data",
            Self::RunIdentification => "run_identification",
            Self::ViewCreditFacts => "view_credit_facts",
            Self::ServiceLoan => "service_loan",
            Self::ManageAccounts => "manage_accounts",
            Self::ManageProgramme => "manage_programme",
            Self::ManageWebhooks => "manage_webhooks",
            Self::ViewAccessLog => "view_access_log",
            Self::BreakGlass => "break_glass",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == text)
    }

    /// Whether it shows or takes along personal data of a household, so that it must go through [`crate::open_record`].
    #[must_use]
    pub const fn personal(self) -> bool {
        match self {
            Self::ViewOwnHousehold | Self::ViewHousehold | Self::ViewIdentity | Self::ExportList | Self::ViewCreditFacts => true,
            Self::ViewPublicTotals
            | Self::ViewProgramme
            | Self::ViewNotice
            | Self::VerifyReceipt
            | Self::ReportNeed
            | Self::Declare
            | Self::Object
            | Self::Appeal
            | Self::GiveConsent
            | Self::ViewOverview
            | Self::ListHouseholds
            | Self::ViewWarnings
            | Self::ViewMoney
            | Self::OpenCase
            | Self::ViewCase
            | Self::ActOnCase
            | Self::ApproveCase
            | Self::DecideAppeal
            | Self::PublishNotice
            | Self::RecordVisit
            | Self::RecordMeeting
            | Self::RecordConsent
            | Self::IssueCard
            | Self::ImportData
            | Self::RunIdentification
            | Self::ServiceLoan
            | Self::ManageAccounts
            | Self::ManageProgramme
            | Self::ManageWebhooks
            | Self::ViewAccessLog
            | Self::BreakGlass => false,
        }
    }
}
