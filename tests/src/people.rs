//! People who call. They are made and signed in by the product's own use cases, but without the slow hashing: they have
//! sessions, not passwords. A test about passwords registers over HTTP.

use std::sync::Arc;

use identity::Identity;
use identity::secret::Secret;
use identity::use_cases::{CreateAccount, SignIn};
use identity::user::PlatformRole;
use kernel::act::Act;
use kernel::id::{DealerId, SiteId, StaffId, UserId};
use kernel::ports::Clock as _;
use memory::PlainSecurity;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;

use crate::{Client, TestApp};

/// Somebody signed in.
pub struct Person {
    /// The user.
    pub user: UserId,
    /// The address.
    pub email: String,
    /// The access token.
    pub token: String,
    /// Calls as this person.
    pub client: Client,
}

const PASSWORD: &str = "violet tractor sonata";

impl TestApp {
    /// A customer with this address, signed in.
    pub async fn customer(&self, email: &str) -> Person {
        self.account(email, PlatformRole::Customer).await
    }

    /// An admin, signed in.
    pub async fn admin(&self) -> Person {
        self.account("admin@forecourt.example", PlatformRole::Admin).await
    }

    /// The use cases of accounts, without slow hashing.
    pub fn identity(&self) -> Identity {
        server::compose::identity::identity_with(&self.ground, Arc::new(PlainSecurity))
            .expect("accounts")
            .identity
    }

    /// Somebody with this address and platform role, signed in.
    pub async fn account(&self, email: &str, platform_role: PlatformRole) -> Person {
        let identity = self.identity();
        let act = Act::of_system(self.clock.now(), "test");
        let local = email.split('@').next().unwrap_or_default();
        let form = CreateAccount {
            email: email.to_owned(),
            password: Secret::new(PASSWORD),
            first_name: local.to_owned(),
            last_name: "Example".to_owned(),
            platform_role,
        };
        let user = identity.create_account(&act, &form).await.expect("an account");
        let token = self.sign_in(email).await;
        Person {
            user: user.id,
            email: email.to_owned(),
            client: self.bearer(&token),
            token,
        }
    }

    /// Makes somebody with a password of the real kind, for [`TestApp::give_real_password`].
    pub async fn register_real_password(&self) {
        let real = json!({
            "email": "real@example.com", "password": PASSWORD, "first_name": "Rea", "last_name": "Lee", "accept_terms": true
        });
        let _ = self.anonymous().post("/auth/register", real).await.expect(201);
    }

    /// People made here have no password of the real kind, and sign in without it. With this one has, so that it is compared and not
    /// stumbled over.
    pub async fn give_real_password(&self, email: &str) {
        let mut sql = self.db.sql();
        sql.push("UPDATE users SET password = (SELECT password FROM users WHERE email_folded = 'real@example.com')");
        sql.push(" WHERE email_folded = ").bind(email.to_lowercase());
        self.db.run(sql).await.expect("a password");
    }

    /// Another session of somebody made here.
    pub async fn sign_in(&self, email: &str) -> String {
        let request = SignIn {
            email: email.to_owned(),
            password: Secret::new(PASSWORD),
            device_id: None,
            totp: None,
        };
        let act = Act::of_system(self.clock.now(), "test");
        let signed_in = self.identity().sign_in(&act, &request).await.expect("a session");
        signed_in.access_token.expose().to_owned()
    }

    /// Puts somebody on a dealer's staff, past all rules. No sites means all.
    pub async fn employ(&self, person: &Person, dealer: DealerId, role: &str, sites: &[SiteId]) -> StaffId {
        let id: StaffId = self.ground.ids.next();
        let now = self.clock.now();
        let sites = serde_json::to_value(sites).expect("ids");
        let values: Vec<sea_orm::Value> = vec![
            id.uuid().into(),
            dealer.uuid().into(),
            person.user.uuid().into(),
            person.email.as_str().into(),
            person.email.to_lowercase().into(),
            role.into(),
            sites.into(),
            true.into(),
            1i64.into(),
            now.into(),
            now.into(),
        ];
        let marks: Vec<String> = if self.db.is_postgres() {
            (1..=values.len()).map(|n| format!("${n}")).collect()
        } else {
            values.iter().map(|_| "?".to_owned()).collect()
        };
        let sql = format!(
            "INSERT INTO staff (id, dealer_id, user_id, email, email_folded, role, sites, active, version, created_at, updated_at) VALUES ({})",
            marks.join(", ")
        );
        let statement = Statement::from_sql_and_values(self.db.backend(), sql, values);
        self.db.writer().execute_raw(statement).await.expect("a member");
        id
    }
}
