//! What happens to staff.

use kernel::act::{Act, Audit, Decision};
use kernel::actor::Scope;
use kernel::email::Email;
use kernel::error::{Common, Violations};
use kernel::event::Event;
use kernel::id::{DealerId, SiteId, StaffId, UserId};
use kernel::patch::Patch;
use kernel::rights::{Right, Role};
use kernel::text;
use serde_json::json;

use crate::Error;
use crate::dealer::DealerStatus;
use crate::ports::{AddFacts, StaffFacts};
use crate::staff::{Person, StaffMember, StaffProfile};

/// Who is to be added, as it comes from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StaffDraft {
    /// An existing user; or the address.
    pub user_id: Option<UserId>,
    /// An address; of a user, or of somebody to invite.
    pub email: Option<String>,
    /// A staff role.
    pub role: String,
    /// The member's sites; none means all.
    pub site_ids: Vec<SiteId>,
}

/// Who is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recruit {
    /// This user.
    User(UserId),
    /// Whoever has this address.
    Address(Email),
}

impl StaffDraft {
    /// Who is meant: a user or an address, not both.
    pub fn recruit(&self) -> Result<Recruit, Common> {
        match (&self.user_id, &self.email) {
            (Some(user), None) => Ok(Recruit::User(*user)),
            (None, Some(email)) => email
                .parse()
                .map(Recruit::Address)
                .map_err(|m| Common::invalid("/email", m.code, m.message)),
            (Some(_), Some(_)) => Err(Common::invalid(
                "/email",
                "user_or_email",
                "came beside user_id: give one of them",
            )),
            (None, None) => Err(Common::invalid(
                "/user_id",
                "user_or_email",
                "is missing: give user_id or email",
            )),
        }
    }
}

/// Changes to a member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StaffPatch {
    /// A staff role.
    pub role: Patch<String>,
    /// The member's sites; `null` means all.
    pub site_ids: Patch<Vec<SiteId>>,
    /// `false` ends the member's rights.
    pub active: Patch<bool>,
}

/// What came of adding somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// A user works for the dealer from now on.
    Joined(StaffMember),
    /// There is no such user, or none that the dealer may know of yet: an invitation is to go to the member's address.
    Invited(StaffMember),
}

impl Added {
    /// The member to write.
    pub const fn member(&self) -> &StaffMember {
        match self {
            Self::Joined(member) | Self::Invited(member) => member,
        }
    }
}

/// Managers run the staff; only owners (and admins) touch owners.
fn may_manage(act: &Act, dealer: DealerId, touches_owner: bool, what: &'static str) -> Result<(), Error> {
    let scope = Scope::Dealer(dealer);
    let refused = |refusal| Error::refused(refusal, what);
    act.actor.may(Right::ManageStaff, scope).map_err(refused)?;
    if touches_owner {
        act.actor.may(Right::EditDealer, scope).map_err(refused)?;
    }
    Ok(())
}

fn read_role(word: &str, found: &mut Violations) -> Option<Role> {
    let role = Role::staff(word);
    found.check(role.is_some(), "/role", "unknown_role", || {
        format!(
            "“{}” is none of mechanic, advisor, sales, manager, owner",
            text::excerpt(word)
        )
    });
    role
}

/// Takes sites of the dealer, each once, in order.
fn read_sites(mut sites: Vec<SiteId>, known: &[SiteId], found: &mut Violations) -> Vec<SiteId> {
    for (n, site) in sites.iter().enumerate() {
        found.check(
            known.contains(site),
            &format!("/site_ids/{n}"),
            "unknown_site",
            || format!("{site} is not a site of this dealer"),
        );
    }
    sites.sort_unstable();
    sites.dedup();
    sites
}

/// Adds a user to the staff, or prepares the invitation of somebody who has no account. A past member, or somebody
/// invited before, keeps the member's id.
///
/// Until a dealer is verified anybody may have founded it: whoever it names by an address is invited and decides for themselves, and
/// nothing tells whether the address has an account, or for whom its holder works.
pub fn add(act: &Act, id: StaffId, draft: &StaffDraft, facts: &AddFacts) -> Result<Added, Error> {
    let dealer = facts.dealer.id;
    let was_owner = facts.known.as_ref().is_some_and(|m| m.role == Role::Owner);
    may_manage(
        act,
        dealer,
        was_owner || draft.role == Role::Owner.as_str(),
        "dealer",
    )?;
    let recruit = draft.recruit()?;
    let mut found = Violations::new();
    let role = read_role(&draft.role, &mut found);
    let sites = read_sites(draft.site_ids.clone(), &facts.sites, &mut found);
    let by_address = matches!(recruit, Recruit::Address(_));
    let was_member = facts.known.as_ref().is_some_and(|m| !m.invited());
    let unseen = by_address && !was_member && facts.dealer.status != DealerStatus::Verified;
    let holder = facts.person.as_ref().filter(|_| !unseen);
    let works_for = facts.works_for.filter(|_| !unseen);
    let person = holder.filter(|p| p.active);
    let pointer = match recruit {
        Recruit::User(_) => "/user_id",
        Recruit::Address(_) => "/email",
    };
    // An address without an account is invited; an account that is closed, or an id of nobody, can't be added.
    let nobody = person.is_none() && (holder.is_some() || !by_address);
    found.check(!nobody, pointer, "unknown_user", || {
        "there is no active user of this name".to_owned()
    });
    let Some(role) = role.filter(|_| found.is_empty()) else {
        return Err(Common::Invalid(found).into());
    };
    let email = match (&recruit, person) {
        (_, Some(person)) => person.email.clone(),
        (Recruit::Address(email), None) => email.clone(),
        (Recruit::User(_), None) => return Err(Common::absent("user").into()),
    };
    match works_for {
        Some(at) if at == dealer => return Err(Error::AlreadyMember),
        Some(_) => return Err(Error::WorksElsewhere),
        None => {}
    }
    let user = person.map(|p| p.user);
    let member = match facts.known.clone() {
        Some(known) => StaffMember {
            user: user.or(known.user),
            email,
            role,
            sites,
            active: true,
            version: known.version + 1,
            updated_at: act.at,
            ..known
        },
        None => StaffMember {
            id,
            dealer,
            user,
            email,
            role,
            sites,
            active: true,
            version: 1,
            created_at: act.at,
            updated_at: act.at,
        },
    };
    Ok(if member.invited() {
        Added::Invited(member)
    } else {
        Added::Joined(member)
    })
}

/// Changes role, sites or activity of a member.
pub fn change(
    act: &Act,
    patch: StaffPatch,
    facts: &StaffFacts,
) -> Result<Decision<StaffMember, StaffProfile>, Error> {
    let before = &facts.member;
    let becomes_owner = patch.role.value().is_some_and(|r| r == Role::Owner.as_str());
    may_manage(
        act,
        before.dealer,
        becomes_owner || before.role == Role::Owner,
        "staff member",
    )?;
    act.expect_version(before.version)?;
    let mut found = Violations::new();
    let role = match patch.role {
        Patch::Absent => Some(before.role),
        Patch::Null => read_role("", &mut found),
        Patch::Value(word) => read_role(&word, &mut found),
    };
    let sites = match patch.site_ids {
        Patch::Absent => before.sites.clone(),
        Patch::Null => Vec::new(),
        Patch::Value(sites) => read_sites(sites, &facts.sites, &mut found),
    };
    found.check(patch.active != Patch::Null, "/active", "required", || {
        "can't be null: give true or false".to_owned()
    });
    let gone = facts.person.as_ref().is_some_and(|person| !person.active);
    found.check(
        !(gone && patch.active == Patch::Value(true)),
        "/active",
        "account_inactive",
        || "their account is closed or deactivated: they can't work for anybody".to_owned(),
    );
    let Some(role) = role.filter(|_| found.is_empty()) else {
        return Err(Common::Invalid(found).into());
    };
    let after = StaffMember {
        role,
        sites,
        active: patch.active.apply(Some(before.active)).unwrap_or(before.active),
        version: before.version + 1,
        updated_at: act.at,
        ..before.clone()
    };
    if after.working() && facts.works_elsewhere.is_some() {
        return Err(Error::WorksElsewhere);
    }
    if before.acts_as_owner() && !after.acts_as_owner() && facts.other_owners == 0 {
        return Err(Error::LastOwner);
    }
    let audit = Audit::new("staff.changed", "staff", after.id)
        .for_dealer(after.dealer)
        .between(&shown(before), &shown(&after));
    let event = told("staff.changed", &after);
    let answer = StaffProfile {
        plan: facts.plan,
        ..profile(&after, facts.person.as_ref())
    };
    Ok(Decision::new(after, answer, audit).telling(event))
}

/// The invited person has signed up (or in) and takes the place. `works_for` is where they work now.
pub fn accept(
    member: StaffMember,
    user: UserId,
    works_for: Option<DealerId>,
    at: kernel::Instant,
) -> Result<StaffMember, Error> {
    match works_for {
        Some(dealer) if dealer == member.dealer => return Err(Error::AlreadyMember),
        Some(_) => return Err(Error::WorksElsewhere),
        None => {}
    }
    member
        .joined(user, at)
        .ok_or_else(|| Common::absent("invitation").into())
}

/// The member with the person's name, and no commission plan of its own.
pub fn profile(member: &StaffMember, person: Option<&Person>) -> StaffProfile {
    StaffProfile {
        name: person.map(|p| p.name.clone()),
        email: person.map_or_else(|| member.email.clone(), |p| p.email.clone()),
        member: member.clone(),
        plan: None,
    }
}

/// What the audit log shows of a member.
pub fn shown(member: &StaffMember) -> serde_json::Value {
    json!({"role": member.role, "site_ids": member.sites, "active": member.active})
}

/// An event about a member.
pub fn told(name: &str, member: &StaffMember) -> Event {
    Event::new(
        name,
        member.id,
        json!({
            "staff_id": member.id,
            "dealer_id": member.dealer,
            "user_id": member.user,
            "role": member.role,
            "site_ids": member.sites,
            "active": member.active,
            "invited": member.invited(),
        }),
    )
    .for_dealer(member.dealer)
}
