//! Everybody who may call: one of each role, with another customer and another dealer's owner beside them.

use std::collections::BTreeMap;

use identity::api_key::KeyRight;
use identity::user::PlatformRole;
use serde_json::json;

use crate::world::{Dealer, dealer};
use crate::{Client, Person, TestApp};

/// Who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Nobody known.
    Stranger,
    /// The customer whose things are asked for.
    Customer,
    /// A customer who has nothing to do with them.
    OtherCustomer,
    /// Of the dealer whose things are asked for.
    Mechanic,
    /// Of that dealer.
    Sales,
    /// Of that dealer.
    Manager,
    /// Of that dealer.
    Owner,
    /// The owner of a dealer that has nothing to do with them.
    OtherOwner,
    /// A program of the dealer whose things are asked for, with all that a key can give.
    Key,
    /// A program of the other dealer.
    OtherKey,
    /// Runs the platform.
    Admin,
}

impl Caller {
    /// Everybody, from the least to the most.
    pub const ALL: [Self; 11] = [
        Self::Stranger,
        Self::Customer,
        Self::OtherCustomer,
        Self::Mechanic,
        Self::Sales,
        Self::Manager,
        Self::Owner,
        Self::OtherOwner,
        Self::Key,
        Self::OtherKey,
        Self::Admin,
    ];

    /// Those to whom the things asked for must be as if they were not there.
    pub const OUTSIDERS: [Self; 3] = [Self::OtherCustomer, Self::OtherOwner, Self::OtherKey];

    /// The head of the column.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Stranger => "stranger",
            Self::Customer => "customer",
            Self::OtherCustomer => "other customer",
            Self::Mechanic => "mechanic",
            Self::Sales => "sales",
            Self::Manager => "manager",
            Self::Owner => "owner",
            Self::OtherOwner => "other dealer",
            Self::Key => "key",
            Self::OtherKey => "other key",
            Self::Admin => "admin",
        }
    }
}

/// A key with everything that a key can give.
pub async fn api_key(dealer: &Dealer) -> String {
    let rights: Vec<&str> = KeyRight::ALL.iter().map(|right| right.as_str()).collect();
    let new = json!({ "name": "Everything", "rights": rights });
    dealer.owner.post("/api-keys", new).await.expect(201).text("/key")
}

/// Two dealers, their people, two customers and an admin.
pub struct Cast {
    /// The dealer whose things are asked for.
    pub oak: Dealer,
    /// The other dealer.
    pub elm: Dealer,
    /// The customer whose things are asked for.
    pub customer: Person,
    /// Of that dealer's staff.
    pub sales: Person,
    /// Names the salesperson in everything of the dealer's.
    pub sales_member: String,
    /// Runs the platform.
    pub admin: Person,
    key: String,
    other_key: String,
    clients: BTreeMap<&'static str, Client>,
    extras: u32,
}

impl Cast {
    /// Makes them.
    pub async fn assemble(app: &TestApp) -> Self {
        app.register_real_password().await;
        let admin = app.admin().await;
        let oak = dealer(app, &admin.client, "Oak").await;
        let elm = dealer(app, &admin.client, "Elm").await;
        for role in ["mechanic", "manager"] {
            let person = app.customer(&format!("{role}@oak.example.com")).await;
            app.employ(&person, oak.id, role, &[]).await;
        }
        let sales = app.customer("sales@oak.example.com").await;
        let sales_member = app.employ(&sales, oak.id, "sales", &[]).await.to_string();
        let _ = app.customer("other@example.com").await;
        Self {
            key: api_key(&oak).await,
            other_key: api_key(&elm).await,
            customer: app.customer("customer@example.com").await,
            oak,
            elm,
            sales,
            sales_member,
            admin,
            clients: BTreeMap::new(),
            extras: 0,
        }
    }

    /// Who calls and changes nothing.
    pub async fn client(&mut self, app: &TestApp, caller: Caller) -> Client {
        if let Some(client) = self.clients.get(caller.title()) {
            return client.clone();
        }
        let client = self.session(app, caller).await;
        self.clients.insert(caller.title(), client.clone());
        client
    }

    /// A session of its own: what the call does to it concerns no other.
    pub async fn session(&self, app: &TestApp, caller: Caller) -> Client {
        let address = match caller {
            Caller::Stranger => return app.anonymous(),
            Caller::Customer => &self.customer.email,
            Caller::OtherCustomer => "other@example.com",
            Caller::Mechanic => "mechanic@oak.example.com",
            Caller::Sales => &self.sales.email,
            Caller::Manager => "manager@oak.example.com",
            Caller::Owner => &self.oak.owner_email,
            Caller::OtherOwner => &self.elm.owner_email,
            Caller::Key => return app.bearer(&self.key),
            Caller::OtherKey => return app.bearer(&self.other_key),
            Caller::Admin => &self.admin.email,
        };
        app.bearer(&app.sign_in(address).await)
    }

    /// Somebody new who is the same: what the call does to them concerns no other.
    pub async fn extra(&mut self, app: &TestApp, caller: Caller) -> Client {
        self.extras += 1;
        let address = format!("extra{}@example.com", self.extras);
        let work = match caller {
            Caller::Stranger => return app.anonymous(),
            Caller::Key | Caller::OtherKey => return self.session(app, caller).await,
            Caller::Customer | Caller::OtherCustomer | Caller::Admin => None,
            Caller::Mechanic => Some((self.oak.id, "mechanic")),
            Caller::Sales => Some((self.oak.id, "sales")),
            Caller::Manager => Some((self.oak.id, "manager")),
            Caller::Owner => Some((self.oak.id, "owner")),
            Caller::OtherOwner => Some((self.elm.id, "owner")),
        };
        let platform_role = match caller {
            Caller::Admin => PlatformRole::Admin,
            _ => PlatformRole::Customer,
        };
        let person = app.account(&address, platform_role).await;
        app.give_real_password(&address).await;
        if let Some((dealer, role)) = work {
            app.employ(&person, dealer, role, &[]).await;
        }
        person.client
    }
}
