//! Accounts as they come and go.

use ::identity::invitation::{Grant, Invitation, InvitationState};
use ::identity::ports::Profile;
use ::identity::secret::Secret;
use ::identity::session::Session;
use ::identity::use_cases::SignedIn;
use ::identity::user::PlatformRole;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::actor::Membership;
use kernel::id::SessionId;
use kernel::money::{Currency, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::dto::MoneyDto;

/// Text that must not show in a log.
#[derive(Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String)]
pub(super) struct Hidden(String);

impl Hidden {
    pub(super) fn secret(&self) -> Secret {
        Secret::new(self.0.clone())
    }
}

/// What a person is to the platform.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum PlatformRoleDto {
    /// Every user.
    Customer,
    /// Runs the platform.
    Admin,
}

impl From<PlatformRole> for PlatformRoleDto {
    fn from(role: PlatformRole) -> Self {
        match role {
            PlatformRole::Customer => Self::Customer,
            PlatformRole::Admin => Self::Admin,
        }
    }
}

impl From<PlatformRoleDto> for PlatformRole {
    fn from(role: PlatformRoleDto) -> Self {
        match role {
            PlatformRoleDto::Customer => Self::Customer,
            PlatformRoleDto::Admin => Self::Admin,
        }
    }
}

/// The dealer that a person works for.
#[derive(Serialize, ToSchema)]
pub(super) struct MyDealerDto {
    /// The dealer.
    id: Uuid,
    /// The role there: `owner`, `manager`, `sales`, `advisor` or `mechanic`.
    role: &'static str,
    /// Names the person in everything of the dealer's.
    staff_id: Uuid,
    /// The person's sites; empty means all.
    site_ids: Vec<Uuid>,
}

impl From<&Membership> for MyDealerDto {
    fn from(member: &Membership) -> Self {
        Self {
            id: member.dealer.uuid(),
            role: member.role.as_str(),
            staff_id: member.staff.uuid(),
            site_ids: member.sites.iter().map(kernel::id::Id::uuid).collect(),
        }
    }
}

/// A user.
#[derive(Serialize, ToSchema)]
pub(super) struct UserDto {
    id: Uuid,
    email: String,
    /// Did a code come back from the address?
    email_verified: bool,
    /// Does a sign-in ask for a second factor?
    totp_enabled: bool,
    first_name: String,
    last_name: String,
    phone: Option<String>,
    date_of_birth: Option<NaiveDate>,
    /// Street and house.
    address: Option<String>,
    zip_code: Option<String>,
    /// Town or region.
    location: Option<String>,
    /// The person's picture, beside the server's root.
    avatar_url: Option<String>,
    #[schema(inline)]
    platform_role: PlatformRoleDto,
    /// The dealer that the person works for.
    dealer: Option<MyDealerDto>,
    membership_id: Option<Uuid>,
    /// What friends enter when they register.
    referral_code: String,
    rewards_balance: MoneyDto,
    /// False once an admin closed the account.
    active: bool,
    created_at: DateTime<Utc>,
    version: i64,
}

impl UserDto {
    /// As answers show a user. `currency` is the platform's.
    pub(super) fn of(profile: &Profile, currency: Currency) -> Self {
        let user = &profile.user;
        Self {
            id: user.id.uuid(),
            email: user.email.as_str().to_owned(),
            email_verified: user.email_verified,
            totp_enabled: profile.totp,
            first_name: user.first_name.clone(),
            last_name: user.last_name.clone(),
            phone: user.phone.as_ref().map(|phone| phone.as_str().to_owned()),
            date_of_birth: user.date_of_birth,
            address: user.address.clone(),
            zip_code: user.zip_code.clone(),
            location: user.location.clone(),
            avatar_url: user.picture.map(crate::media::usual_address),
            platform_role: user.platform_role.into(),
            dealer: profile.staff.as_ref().map(MyDealerDto::from),
            membership_id: None,
            referral_code: user.referral_code.as_str().to_owned(),
            rewards_balance: Money::new(0, currency).into(),
            active: user.active,
            created_at: user.created_at,
            version: user.version,
        }
    }
}

/// What somebody gets who has signed in.
#[derive(Serialize, ToSchema)]
pub(super) struct SignedInDto {
    /// Goes into `Authorization: Bearer …`.
    access_token: String,
    /// Is exchanged for the next pair, once.
    refresh_token: String,
    /// `Bearer`.
    token_type: &'static str,
    /// Seconds for which the access token is good.
    expires_in: u32,
    user: UserDto,
}

impl SignedInDto {
    pub(super) fn of(signed_in: &SignedIn, currency: Currency) -> Self {
        Self {
            access_token: signed_in.access_token.expose().to_owned(),
            refresh_token: signed_in.refresh_token.expose().to_owned(),
            token_type: "Bearer",
            expires_in: signed_in.expires_in,
            user: UserDto::of(&signed_in.profile, currency),
        }
    }
}

/// One sign-in.
#[derive(Serialize, ToSchema)]
pub(super) struct SessionDto {
    id: Uuid,
    /// What it was opened with, for people.
    #[schema(example = "Firefox on Windows")]
    device: String,
    /// The device, as it named itself at the sign-in.
    device_id: Option<String>,
    /// Network address of the sign-in.
    ip: Option<String>,
    user_agent: Option<String>,
    created_at: DateTime<Utc>,
    /// The last refresh.
    last_used_at: DateTime<Utc>,
    /// When it ends unless it is refreshed.
    expires_at: DateTime<Utc>,
    /// Is it the one that asks?
    current: bool,
}

impl SessionDto {
    pub(super) fn of(session: Session, current: Option<SessionId>) -> Self {
        Self {
            id: session.id.uuid(),
            device: session.device(),
            device_id: session.device_id,
            ip: session.ip,
            user_agent: session.user_agent,
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            expires_at: session.expires_at,
            current: Some(session.id) == current,
        }
    }
}

/// Where an invitation stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum InvitationStatusDto {
    Open,
    Accepted,
    Withdrawn,
}

/// An invitation to the platform.
#[derive(Serialize, ToSchema)]
pub(super) struct InvitationDto {
    id: Uuid,
    email: String,
    /// What the person becomes on the platform; `null` when the invitation is to a dealer's staff.
    platform_role: Option<PlatformRoleDto>,
    #[schema(inline)]
    status: InvitationStatusDto,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl From<&Invitation> for InvitationDto {
    fn from(invitation: &Invitation) -> Self {
        Self {
            id: invitation.id.uuid(),
            email: invitation.email.as_str().to_owned(),
            platform_role: match invitation.grant {
                Grant::Platform(role) => Some(role.into()),
                Grant::Staff { .. } => None,
            },
            status: match invitation.state {
                InvitationState::Open => InvitationStatusDto::Open,
                InvitationState::Accepted { .. } => InvitationStatusDto::Accepted,
                InvitationState::Withdrawn => InvitationStatusDto::Withdrawn,
            },
            created_at: invitation.created_at,
            expires_at: invitation.expires_at,
        }
    }
}
