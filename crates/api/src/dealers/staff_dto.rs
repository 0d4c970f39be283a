//! Shapes of staff.

use ::dealers::rules::staff::{StaffDraft, StaffPatch};
use ::dealers::staff::StaffProfile;
use chrono::{DateTime, Utc};
use kernel::id::{SiteId, UserId};
use kernel::patch::Patch;
use kernel::rights::Role;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// What a member is to the dealer.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum StaffRoleDto {
    /// Works on cars.
    Mechanic,
    /// Service desk.
    Advisor,
    /// Sells cars.
    Sales,
    /// Runs the dealer's day.
    Manager,
    /// Answers for the dealer.
    Owner,
}

impl From<StaffRoleDto> for Role {
    fn from(role: StaffRoleDto) -> Self {
        match role {
            StaffRoleDto::Mechanic => Self::Mechanic,
            StaffRoleDto::Advisor => Self::Advisor,
            StaffRoleDto::Sales => Self::Sales,
            StaffRoleDto::Manager => Self::Manager,
            StaffRoleDto::Owner => Self::Owner,
        }
    }
}

/// Somebody to add: an existing user, or an address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"email": "sam@example.com", "role": "sales", "site_ids": []}))]
pub(super) struct NewStaffDto {
    /// The dealer that is meant: for admins, who work for none.
    #[serde(default)]
    pub(super) dealer_id: Option<Uuid>,
    /// An existing user; or `email`.
    #[serde(default)]
    user_id: Option<Uuid>,
    /// An address: its user joins; without one, or while the dealer is not verified, an invitation goes there. Or `user_id`.
    #[serde(default)]
    #[schema(max_length = 254)]
    email: Option<String>,
    #[schema(inline)]
    role: StaffRoleDto,
    /// The member's sites; none means all.
    #[serde(default)]
    #[schema(max_items = 100)]
    site_ids: Option<Vec<Uuid>>,
}

fn sites(ids: Vec<Uuid>) -> Vec<SiteId> {
    ids.into_iter().map(SiteId::from_uuid).collect()
}

impl NewStaffDto {
    pub(super) fn read(self) -> StaffDraft {
        StaffDraft {
            user_id: self.user_id.map(UserId::from_uuid),
            email: self.email,
            role: Role::from(self.role).as_str().to_owned(),
            site_ids: sites(self.site_ids.unwrap_or_default()),
        }
    }
}

/// Changes to a member.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"active": false}))]
pub(super) struct StaffPatchDto {
    #[serde(default)]
    #[schema(value_type = Option<StaffRoleDto>)]
    role: Patch<StaffRoleDto>,
    /// The member's sites; `null` means all.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Uuid>>)]
    site_ids: Patch<Vec<Uuid>>,
    /// `false` ends the member's rights.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    active: Patch<bool>,
}

impl StaffPatchDto {
    pub(super) fn read(self) -> StaffPatch {
        StaffPatch {
            role: self.role.map(|role| Role::from(role).as_str().to_owned()),
            site_ids: self.site_ids.map(sites),
            active: self.active,
        }
    }
}

/// The person behind a member.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StaffUserDto {
    /// `null` while the invitation is open.
    id: Option<Uuid>,
    /// `null` while the invitation is open.
    name: Option<String>,
    email: String,
}

/// Somebody's work for a dealer.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StaffDto {
    /// Names the member everywhere.
    id: Uuid,
    user: StaffUserDto,
    dealer_id: Uuid,
    /// A staff role.
    role: String,
    /// The member's sites; none means all.
    site_ids: Vec<Uuid>,
    /// The commission plan that is the member's own and in force; `null` where the dealer's plan for everybody holds, or none does.
    commission_plan_id: Option<Uuid>,
    /// Whether the member holds the role's rights.
    active: bool,
    /// Whether the invitation is still open.
    invited: bool,
    /// Rises with each change.
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&StaffProfile> for StaffDto {
    fn from(profile: &StaffProfile) -> Self {
        let member = &profile.member;
        Self {
            id: member.id.uuid(),
            user: StaffUserDto {
                id: member.user.map(|user| user.uuid()),
                name: profile.name.clone(),
                email: profile.email.to_string(),
            },
            dealer_id: member.dealer.uuid(),
            role: member.role.as_str().to_owned(),
            site_ids: member.sites.iter().map(SiteId::uuid).collect(),
            commission_plan_id: profile.plan.map(|plan| plan.uuid()),
            active: member.active,
            invited: member.invited(),
            version: member.version,
            created_at: member.created_at,
            updated_at: member.updated_at,
        }
    }
}

impl From<StaffProfile> for StaffDto {
    fn from(profile: StaffProfile) -> Self {
        Self::from(&profile)
    }
}

/// Which members to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct StaffFilterDto {
    /// With any of these roles.
    #[serde(default)]
    #[param(inline)]
    pub(super) role: Vec<StaffRoleDto>,
    /// Only active, or only inactive ones.
    pub(super) active: Option<bool>,
}
