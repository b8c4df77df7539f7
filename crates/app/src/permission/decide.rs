//! Cedar behind one function.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use cedar_policy::{
    Authorizer, Context as Circumstances, Decision as Cedar, Entities, Entity, EntityId, EntityTypeName, EntityUid, Policy, PolicyId,
    PolicySet, Request, RestrictedExpression as Value,
};
use kernel::{AreaCode, AreaLevel};

use super::{Action, Context, Decision, Purpose, Resource};
use crate::error::{Error, Result};
use crate::role::{HouseholdKey, Principal, Role};

/// The texts of the policies.
pub(super) const POLICIES: [&str; 5] = [
    include_str!("public.cedar"),
    include_str!("household.cedar"),
    include_str!("staff.cedar"),
    include_str!("break_glass.cedar"),
    include_str!("limits.cedar"),
];

/// Decisions kept in memory: policies never change while the program runs, and deciding anew takes a thousand times as long.
const REMEMBERED: usize = 50_000;

/// The parsed policies; made once, shared by all requests.
pub struct Policies {
    set: PolicySet,
    authorizer: Authorizer,
    actions: BTreeMap<Action, EntityUid>,
    types: Types,
    decided: Mutex<HashMap<Alike, Decision>>,
}

/// What the policies tell two requests of staff apart by, when no grant, consent or proposal is in play: which household it is and who
/// looks at it are not among that, and neither is the time. A test goes through every role, action and purpose.
#[derive(PartialEq, Eq, Hash)]
struct Alike {
    role: Role,
    own: AreaCode,
    second_factor: bool,
    action: Action,
    area: AreaCode,
    of_household: bool,
    published: bool,
    actors: Vec<Role>,
    purpose: Purpose,
}

impl Alike {
    fn of(principal: &Principal, action: Action, resource: &Resource, context: &Context) -> Option<Self> {
        let Principal::Staff { role, area: own, second_factor, account: _ } = principal else { return None };
        if context.consent || context.grant.is_some() || resource.proposed_by.is_some() {
            return None;
        }
        let Resource { area, household, proposed_by: _, actors, published } = resource;
        Some(Self {
            role: *role,
            own: *own,
            second_factor: *second_factor,
            action,
            area: *area,
            of_household: household.is_some(),
            published: *published,
            actors: actors.clone(),
            purpose: context.purpose,
        })
    }
}

struct Types {
    area: EntityTypeName,
    role: EntityTypeName,
    account: EntityTypeName,
    household: EntityTypeName,
    anybody: EntityTypeName,
    record: EntityTypeName,
}

impl std::fmt::Debug for Policies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Policies").field("policies", &self.set.num_of_policies()).finish_non_exhaustive()
    }
}

impl Policies {
    /// Parses the policies of this program.
    pub fn load() -> Result<Self> {
        let name = |text: &str| text.parse::<EntityTypeName>().map_err(failed);
        let types = Types {
            area: name("Area")?,
            role: name("Role")?,
            account: name("Account")?,
            household: name("Household")?,
            anybody: name("Anybody")?,
            record: name("Record")?,
        };
        let action = name("Action")?;
        let actions = Action::ALL.into_iter().map(|one| (one, uid(&action, one.name()))).collect();
        Ok(Self { set: policy_set(&POLICIES)?, authorizer: Authorizer::new(), actions, types, decided: Mutex::default() })
    }

    /// Whether `principal` may do `action` to `resource` under these circumstances. Whatever goes wrong in deciding denies.
    #[must_use]
    pub fn allows(&self, principal: &Principal, action: Action, resource: &Resource, context: &Context) -> Decision {
        let Some(alike) = Alike::of(principal, action, resource, context) else {
            return self.judge(principal, action, resource, context);
        };
        let known = self.known().get(&alike).cloned();
        known.unwrap_or_else(|| {
            let decision = self.judge(principal, action, resource, context);
            let mut known = self.known();
            if known.len() >= REMEMBERED {
                known.clear();
            }
            known.insert(alike, decision.clone());
            decision
        })
    }

    fn known(&self) -> MutexGuard<'_, HashMap<Alike, Decision>> {
        self.decided.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn judge(&self, principal: &Principal, action: Action, resource: &Resource, context: &Context) -> Decision {
        self.decide(principal, action, resource, context)
            .unwrap_or_else(|error| Decision { allowed: false, policy: format!("failed: {error}") })
    }

    /// The area within which `principal` may do `action` to everything, for the `where` of a list (`area between …`,
    /// [`crate::account::store::area_range`]); nothing if it may nowhere.
    #[must_use]
    pub fn scope(&self, principal: &Principal, action: Action, context: &Context) -> Option<AreaCode> {
        let own = match principal {
            Principal::Staff { area, .. } => Some(*area),
            Principal::Household(_) | Principal::Public => None,
        };
        let allowed = |area: &AreaCode| self.allows(principal, action, &Resource::of_area(*area), context).allowed;
        [Some(AreaCode::WHOLE), own].into_iter().flatten().find(allowed)
    }

    fn decide(&self, principal: &Principal, action: Action, resource: &Resource, context: &Context) -> Result<Decision> {
        let action = self.actions.get(&action).ok_or_else(|| Error::Policy("an action has no name".to_owned()))?;
        let who = self.principal(principal)?;
        let what = self.record(resource)?;
        let request = Request::new(who.uid(), action.clone(), what.uid(), self.circumstances(context)?, None).map_err(failed)?;
        let mut entities = vec![who, what];
        entities.extend(self.lineage(resource.area));
        let entities = Entities::from_entities(entities, None).map_err(failed)?;
        let response = self.authorizer.is_authorized(&request, &self.set, &entities);
        if let Some(error) = response.diagnostics().errors().next() {
            return Err(failed(error));
        }
        let mut ids: Vec<String> = response.diagnostics().reason().map(ToString::to_string).collect();
        ids.sort();
        let policy = if ids.is_empty() { "default".to_owned() } else { ids.join(",") };
        Ok(Decision { allowed: response.decision() == Cedar::Allow, policy })
    }

    fn principal(&self, principal: &Principal) -> Result<Entity> {
        match principal {
            Principal::Staff { account, role, area, second_factor } => {
                let attributes = HashMap::from([
                    ("role".to_owned(), Value::new_string(role.name().to_owned())),
                    ("area".to_owned(), Value::new_entity_uid(self.area(*area))),
                    ("second_factor".to_owned(), Value::new_bool(*second_factor)),
                ]);
                let groups = HashSet::from([uid(&self.types.role, role.name())]);
                Entity::new(uid(&self.types.account, account), attributes, groups).map_err(failed)
            }
            Principal::Household(household) => Ok(Entity::new_no_attrs(self.household(household), HashSet::new())),
            Principal::Public => Ok(Entity::new_no_attrs(uid(&self.types.anybody, "public"), HashSet::new())),
        }
    }

    fn record(&self, resource: &Resource) -> Result<Entity> {
        let actors = resource.actors.iter().map(|role: &Role| Value::new_string(role.name().to_owned()));
        let mut attributes =
            HashMap::from([("actors".to_owned(), Value::new_set(actors)), ("published".to_owned(), Value::new_bool(resource.published))]);
        if let Some(household) = &resource.household {
            attributes.insert("household".to_owned(), Value::new_entity_uid(self.household(household)));
        }
        if let Some(account) = &resource.proposed_by {
            attributes.insert("proposed_by".to_owned(), Value::new_entity_uid(uid(&self.types.account, account)));
        }
        Entity::new(uid(&self.types.record, "it"), attributes, HashSet::from([self.area(resource.area)])).map_err(failed)
    }

    fn circumstances(&self, context: &Context) -> Result<Circumstances> {
        let mut pairs = vec![
            ("purpose".to_owned(), Value::new_string(context.purpose.name().to_owned())),
            ("consent".to_owned(), Value::new_bool(context.consent)),
            ("at".to_owned(), Value::new_long(context.at)),
        ];
        if let Some(grant) = &context.grant {
            let fields = [
                ("holder".to_owned(), Value::new_entity_uid(uid(&self.types.account, &grant.account))),
                ("household".to_owned(), Value::new_entity_uid(self.household(&grant.household))),
                ("until".to_owned(), Value::new_long(grant.until)),
            ];
            pairs.push(("grant".to_owned(), Value::new_record(fields).map_err(failed)?));
        }
        Circumstances::from_pairs(pairs).map_err(failed)
    }

    /// The area and those it lies in, each with the one above.
    fn lineage(&self, area: AreaCode) -> Vec<Entity> {
        let mut codes: Vec<AreaCode> = std::iter::once(AreaCode::WHOLE).chain(AreaLevel::ALL.map(|level| area.at(level))).collect();
        codes.dedup();
        let mut above: Option<AreaCode> = None;
        let mut entities = Vec::with_capacity(codes.len());
        for code in codes {
            entities.push(Entity::new_no_attrs(self.area(code), above.map(|above| self.area(above)).into_iter().collect()));
            above = Some(code);
        }
        entities
    }

    fn area(&self, area: AreaCode) -> EntityUid {
        uid(&self.types.area, &area.to_string())
    }

    fn household(&self, household: &HouseholdKey) -> EntityUid {
        uid(&self.types.household, &household.to_string())
    }
}

/// Each policy under the id of its `@id` annotation.
pub(super) fn policy_set(texts: &[&str]) -> Result<PolicySet> {
    let mut policies: Vec<Policy> = Vec::new();
    for text in texts {
        let parsed: PolicySet = text.parse().map_err(failed)?;
        for policy in parsed.policies() {
            let id = policy.annotation("id").ok_or_else(|| Error::Policy(format!("a policy has no @id: {policy}")))?;
            policies.push(policy.new_id(PolicyId::new(id)));
        }
    }
    PolicySet::from_policies(policies).map_err(failed)
}

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Policy(error.to_string())
}
