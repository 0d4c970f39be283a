//! Somebody's work for a dealer.

use kernel::Instant;
use kernel::email::Email;
use kernel::id::{CommissionPlanId, DealerId, SiteId, StaffId, UserId};
use kernel::rights::Role;
use serde::{Deserialize, Serialize};

/// A user's work for a dealer, or the invitation to it.
///
/// `staff_id` names a member everywhere; the user's id is the person's own affair. A member who was invited has no user
/// until the invitation is accepted: then [`StaffMember::joined`] ties the two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffMember {
    /// The member's id.
    pub id: StaffId,
    /// The dealer.
    pub dealer: DealerId,
    /// The person; none while the invitation is open.
    pub user: Option<UserId>,
    /// Where the invitation went, or the person's address when the work began.
    pub email: Email,
    /// What the member is to the dealer. Always a staff role.
    pub role: Role,
    /// The member's sites, in order; empty means all.
    pub sites: Vec<SiteId>,
    /// Whether the member holds the role's rights (or, invited, will hold them).
    pub active: bool,
    /// Rises with each change.
    pub version: i64,
    /// When the member was added.
    pub created_at: Instant,
    /// When the member was changed last.
    pub updated_at: Instant,
}

impl StaffMember {
    /// Is the invitation still open?
    pub const fn invited(&self) -> bool {
        self.user.is_none()
    }

    /// Works for the dealer now?
    pub const fn working(&self) -> bool {
        self.active && self.user.is_some()
    }

    /// An owner who works for the dealer now?
    pub fn acts_as_owner(&self) -> bool {
        self.working() && self.role == Role::Owner
    }

    /// The member after the invited person has accepted as `user`. A member who has a person keeps them, and one who was
    /// deactivated meanwhile stays out: `None`.
    pub fn joined(self, user: UserId, at: Instant) -> Option<Self> {
        (self.invited() && self.active).then(|| Self {
            user: Some(user),
            version: self.version + 1,
            updated_at: at,
            ..self
        })
    }
}

/// A member as lists and answers show them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffProfile {
    /// The member.
    pub member: StaffMember,
    /// First and last name; none while the invitation is open.
    pub name: Option<String>,
    /// The person's present address.
    pub email: Email,
    /// The commission plan that is the member's own, the one that came into force last; none where everybody's plan holds.
    #[serde(default)]
    pub plan: Option<CommissionPlanId>,
}

/// A person with an account, as far as a dealer needs to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The user.
    pub user: UserId,
    /// First and last name.
    pub name: String,
    /// Their address.
    pub email: Email,
    /// May the person sign in?
    pub active: bool,
}
