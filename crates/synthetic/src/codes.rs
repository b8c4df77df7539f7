//! Codes of the programme's lists (programmes/china/codes.toml), in the order of the lists.

/// A code of a list, kept as its position.
pub(crate) trait Coded: Copy {
    const LIST: &'static [&'static str];
    fn key(self) -> u8;
}

macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident { $($variant:ident = $code:literal),+ $(,)? })+) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum $name { $($variant),+ }
        impl Coded for $name {
            const LIST: &'static [&'static str] = &[$($code),+];
            #[expect(clippy::as_conversions, reason = "the discriminant of a field-less enum of bytes")]
            fn key(self) -> u8 { self as u8 }
        }
    )+ };
}

codes! {
    Registration { None = "none", Registered = "registered", Exited = "exited", Monitored = "monitored", Eliminated = "eliminated" }
    HouseholdKind { Ordinary = "ordinary", MinimumLiving = "minimum_living", ExtremeSupport = "extreme_support" }
    MonitoredKind { Unstable = "unstable", Marginal = "marginal", Sudden = "sudden" }
    Criterion { National = "national", Provincial = "provincial", Municipal = "municipal" }
    Cause {
        Illness = "illness", Disability = "disability", Schooling = "schooling", Disaster = "disaster",
        LackLand = "lack_land", LackWater = "lack_water", LackTechnology = "lack_technology",
        LackLabour = "lack_labour", LackCapital = "lack_capital", Traffic = "traffic",
        Motivation = "motivation", Marriage = "marriage", Bereavement = "bereavement", Other = "other",
    }
    /// One risk, or two joined: the cell of a `codes` column.
    Risks {
        Illness = "illness", Flood = "flood", Geological = "geological", Drought = "drought",
        Biological = "biological", Weather = "weather", OtherDisaster = "other_disaster",
        Disability = "disability", LackLabour = "lack_labour", Accident = "accident",
        FailedBusiness = "failed_business", UnstableWork = "unstable_work", Schooling = "schooling",
        UnsafeHousing = "unsafe_housing", UnsafeWater = "unsafe_water", Other = "other",
        IllnessUnstableWork = "illness|unstable_work", IllnessLackLabour = "illness|lack_labour",
        IllnessUnsafeHousing = "illness|unsafe_housing", DisabilityLackLabour = "disability|lack_labour",
        UnstableWorkSchooling = "unstable_work|schooling",
    }
    EliminationWay { Assisted = "assisted", Natural = "natural" }
    Sex { Male = "male", Female = "female" }
    Relation {
        Head = "head", Spouse = "spouse", Son = "son", Daughter = "daughter",
        DaughterInLaw = "daughter_in_law", SonInLaw = "son_in_law", SonsSon = "sons_son",
        SonsDaughter = "sons_daughter", DaughtersSon = "daughters_son",
        DaughtersDaughter = "daughters_daughter", Father = "father", Mother = "mother",
        WifesFather = "wifes_father", WifesMother = "wifes_mother", HusbandsFather = "husbands_father",
        HusbandsMother = "husbands_mother", FathersFather = "fathers_father",
        FathersMother = "fathers_mother", MothersFather = "mothers_father",
        MothersMother = "mothers_mother", Sibling = "sibling", GreatGrandson = "great_grandson",
        GreatGranddaughter = "great_granddaughter", Nephew = "nephew", Niece = "niece",
        BrothersWife = "brothers_wife", Uncle = "uncle", Other = "other",
    }
    Politics { PartyMember = "party_member", PartyCandidate = "party_candidate", YouthLeague = "youth_league", DemocraticParty = "democratic_party", Masses = "masses" }
    #[derive(PartialOrd)]
    Education { Illiterate = "illiterate", Primary = "primary", Junior = "junior", Senior = "senior", College = "college", University = "university" }
    Student {
        OutOfSchool = "not_student", PreschoolAge = "preschool_age", Kindergarten = "kindergarten",
        Primary = "primary", Grade7 = "grade_7", Grade8 = "grade_8", Grade9 = "grade_9",
        Senior1 = "senior_1", Senior2 = "senior_2", Senior3 = "senior_3", Vocational1 = "vocational_1",
        Vocational2 = "vocational_2", Vocational3 = "vocational_3",
        HigherVocational1 = "higher_vocational_1", HigherVocational2 = "higher_vocational_2",
        HigherVocational3 = "higher_vocational_3", Bachelor1 = "bachelor_1", Bachelor2 = "bachelor_2",
        Bachelor3 = "bachelor_3", Bachelor4 = "bachelor_4", Master = "master",
    }
    DropoutReason { Illness = "illness", Disability = "disability", Poverty = "poverty", Unwilling = "unwilling", Work = "work", Other = "other" }
    /// States of health joined: the cell of a `codes` column; the position is the set of flags.
    Health {
        Healthy = "healthy", Chronic = "chronic", Serious = "serious", ChronicSerious = "chronic|serious",
        Disabled = "disabled", ChronicDisabled = "chronic|disabled", SeriousDisabled = "serious|disabled",
        ChronicSeriousDisabled = "chronic|serious|disabled",
    }
    DisabilityKind { Visual = "visual", Hearing = "hearing", Speech = "speech", Physical = "physical", Intellectual = "intellectual", Mental = "mental", Multiple = "multiple" }
    DisabilityLevel { One = "one", Two = "two", Three = "three", Four = "four" }
    Labour { Ordinary = "ordinary", Skilled = "skilled", Weak = "weak", Lost = "lost", None = "none" }
    WorkPlace { Township = "township", County = "county", Province = "province", Outside = "outside", Abroad = "abroad" }
    JobChannel { PublicJob = "public_job", Workshop = "workshop", Organised = "organised", OneSelf = "self", Relatives = "relatives", Other = "other" }
    Structure { ReinforcedConcrete = "reinforced_concrete", BrickConcrete = "brick_concrete", BrickWood = "brick_wood", Earth = "earth", Other = "other" }
    DwellingGrade { A = "a", B = "b", C = "c", D = "d" }
    WaterSource { TreatedTap = "treated_tap", ProtectedWell = "protected_well", UnprotectedWell = "unprotected_well", River = "river", Rain = "rain", Bottled = "bottled", Other = "other" }
    Fuel { Wood = "wood", Coal = "coal", Gas = "gas", Electricity = "electricity", Oil = "oil", Biogas = "biogas", Other = "other" }
    Road { Earth = "earth", Gravel = "gravel", Cement = "cement", Asphalt = "asphalt" }
    Measure {
        Production = "production", Employment = "employment", Finance = "finance", PublicJob = "public_job",
        Housing = "housing", Water = "water", Health = "health", CompulsoryEducation = "compulsory_education",
        OtherEducation = "other_education", SocialSecurity = "social_security",
        SocialAssistance = "social_assistance", Relocation = "relocation",
        LivingConditions = "living_conditions", Infrastructure = "infrastructure",
    }
    VehicleKind { Car = "car", Van = "van", Truck = "truck", Tractor = "tractor", Motorcycle = "motorcycle", Other = "other" }
    PropertyKind { Commercial = "commercial", Shop = "shop", Rural = "rural", Resettlement = "resettlement" }
    CompanyRole { LegalRepresentative = "legal_representative", Shareholder = "shareholder", Supervisor = "supervisor", CooperativeMember = "cooperative_member" }
    PayrollKind { CivilServant = "civil_servant", PublicInstitution = "public_institution", StateCompany = "state_company", VillageCadre = "village_cadre", Retired = "retired", Temporary = "temporary" }
    InsuranceKind { MedicalResident = "medical_resident", MedicalEmployee = "medical_employee", PensionResident = "pension_resident", PensionEmployee = "pension_employee" }
    SchoolStage { Kindergarten = "kindergarten", Primary = "primary", Junior = "junior", Senior = "senior", Vocational = "vocational", Higher = "higher" }
    /// What was planted: the families of table `contradiction`.
    Family {
        Vehicle = "vehicle", SecondHouse = "second_house", Company = "company", Payroll = "payroll",
        Death = "death", Insurance = "insurance", Allowance = "allowance", Disability = "disability",
        Hospital = "hospital", School = "school", Wages = "wages", Identity = "identity",
        DuplicateIdentity = "duplicate_identity", NearDuplicate = "near_duplicate",
        SharedPhone = "shared_phone", Split = "split", Invented = "invented", Copied = "copied",
        Bunching = "bunching", IncomeComposition = "income_composition", UnderReported = "under_reported",
        Members = "members", MissingMember = "missing_member", Monitoring = "monitoring",
        Measure = "measure", Cause = "cause", FalseMatch = "false_match",
    }
    /// How two households of a village are tied.
    TieKind { Parent = "parent", Sibling = "sibling", Clan = "clan", Neighbour = "neighbour", SplitOff = "split_off" }
}

impl Health {
    pub(crate) fn of(chronic: bool, serious: bool, disabled: bool) -> Self {
        match (chronic, serious, disabled) {
            (false, false, false) => Self::Healthy,
            (true, false, false) => Self::Chronic,
            (false, true, false) => Self::Serious,
            (true, true, false) => Self::ChronicSerious,
            (false, false, true) => Self::Disabled,
            (true, false, true) => Self::ChronicDisabled,
            (false, true, true) => Self::SeriousDisabled,
            (true, true, true) => Self::ChronicSeriousDisabled,
        }
    }
}

impl Sex {
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Male => Self::Female,
            Self::Female => Self::Male,
        }
    }
}
