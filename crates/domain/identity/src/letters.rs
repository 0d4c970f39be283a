//! The letters of this crate: name of the template, and what it needs. Codes and tokens are derived by the sender, from
//! the ids in here.

use kernel::Instant;
use kernel::email::Email;
use kernel::job::Job;
use kernel::letter::Letter;
use serde_json::json;

use crate::code::{OneTimeCode, Purpose};
use crate::invitation::{Grant, Invitation};
use crate::session::Session;
use crate::user::User;

/// Carries a one-time code. Templates `verify_email`, `password_reset` and `email_change`; `code_id` names the code.
pub fn code(code: &OneTimeCode, first_name: &str) -> Job {
    let template = match code.purpose {
        Purpose::VerifyEmail => "verify_email",
        Purpose::PasswordReset => "password_reset",
        Purpose::EmailChange => "email_change",
    };
    let params = json!({
        "code_id": code.id,
        "first_name": first_name,
        "minutes": (code.expires_at - code.created_at).num_minutes(),
    });
    Letter::job(&code.sent_to, template, params)
}

/// Tells the holder of an address that somebody tried to use it for an account. At most one an hour.
pub fn address_taken(holder: &User, at: Instant) -> Job {
    Letter::job(
        &holder.email,
        "address_taken",
        json!({"first_name": holder.first_name}),
    )
    .once(format!(
        "address_taken:{}:{}",
        holder.id,
        at.format("%Y-%m-%dT%H")
    ))
}

/// Tells that a session was ended because its refresh token came twice.
pub fn session_reused(user: &User, session: &Session) -> Job {
    let params = json!({
        "first_name": user.first_name,
        "signed_in_at": session.created_at,
        "user_agent": session.user_agent,
    });
    Letter::job(&user.email, "session_reused", params)
}

/// Tells of a sign-in with a device that was not seen before.
pub fn new_device(user: &User, session: &Session) -> Job {
    let params = json!({
        "first_name": user.first_name,
        "device": session.device(),
        "ip": session.ip,
        "signed_in_at": session.created_at,
    });
    Letter::job(&user.email, "new_device", params)
}

/// Tells that the password was changed.
pub fn password_changed(user: &User) -> Job {
    Letter::job(
        &user.email,
        "password_changed",
        json!({"first_name": user.first_name}),
    )
}

/// Tells that a second factor is asked for from now on.
pub fn totp_enabled(user: &User) -> Job {
    Letter::job(
        &user.email,
        "totp_enabled",
        json!({"first_name": user.first_name}),
    )
}

/// Tells that no second factor is asked for any more.
pub fn totp_disabled(user: &User) -> Job {
    Letter::job(
        &user.email,
        "totp_disabled",
        json!({"first_name": user.first_name}),
    )
}

/// Tells that somebody signed in by a recovery code, and how many are left.
pub fn recovery_code_used(user: &User, left: usize) -> Job {
    let params = json!({"first_name": user.first_name, "left": left});
    Letter::job(&user.email, "recovery_code_used", params)
}

/// Tells the former address that the account has moved to another.
pub fn email_changed(user: &User, former: &Email) -> Job {
    Letter::job(former, "email_changed", json!({"first_name": user.first_name}))
}

/// Tells that the account was closed or opened by an admin.
pub fn standing_changed(user: &User) -> Job {
    let template = if user.active {
        "account_activated"
    } else {
        "account_deactivated"
    };
    Letter::job(&user.email, template, json!({"first_name": user.first_name}))
}

/// Invites. `joins` names what the person is invited to: the dealer's name, say.
pub fn invitation(invitation: &Invitation, joins: Option<&str>) -> Job {
    let template = match invitation.grant {
        Grant::Platform(_) => "invitation",
        Grant::Staff { .. } => "staff_invitation",
    };
    let params = json!({
        "invitation_id": invitation.id,
        "joins": joins,
        "expires_at": invitation.expires_at,
    });
    Letter::job(&invitation.email, template, params)
}
