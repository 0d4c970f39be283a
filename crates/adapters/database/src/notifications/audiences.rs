//! The people whom events concern: one query for each kind of thing.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;

use application::notify::{Audiences, Subject};
use async_trait::async_trait;
use kernel::error::Common;
use kernel::id::{BookingId, DealerId, DeviceId, Id, ListingId, SaleId, SiteId, UserId};
use notifications::kind::Whom;
use notifications::plan::Recipient;
use notifications::preferences::Preferences;
use sea_orm::{DbErr, QueryResult};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::preferences::{COLUMNS, preferences};
use crate::db::Db;
use crate::fault;
use crate::rows::{id, json_of};
use crate::sql::Sql;

/// People and words in a database.
#[derive(Clone)]
pub struct SqlAudiences {
    db: Db,
}

/// A member of a dealer's staff who may be told.
struct Member {
    dealer: DealerId,
    owner: bool,
    /// None: all of the dealer's.
    sites: Vec<SiteId>,
    person: Recipient,
}

impl SqlAudiences {
    /// In this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }

    async fn users(&self, users: &BTreeSet<UserId>) -> Result<HashMap<UserId, Recipient>, Common> {
        let mut found = HashMap::new();
        if users.is_empty() {
            return Ok(found);
        }
        let mut sql = people(self.db.sql());
        sql.push(" FROM users u LEFT JOIN notification_preferences p ON p.user_id = u.id WHERE u.active AND u.id IN (");
        sql.bind_all(users.iter().map(UserId::uuid)).push(")");
        for row in self.db.all_of_primary(sql).await? {
            let person = recipient(&row)?;
            found.extend(person.user.map(|user| (user, person)));
        }
        Ok(found)
    }

    /// The devices of all of them.
    async fn add_devices(&self, people: Vec<&mut Recipient>) -> Result<(), Common> {
        let users: BTreeSet<UserId> = people.iter().filter_map(|person| person.user).collect();
        if users.is_empty() {
            return Ok(());
        }
        let mut sql = self.db.sql();
        sql.push("SELECT user_id, id FROM devices WHERE user_id IN (")
            .bind_all(users.iter().map(UserId::uuid))
            .push(") ORDER BY id");
        let mut devices: HashMap<UserId, Vec<DeviceId>> = HashMap::new();
        for row in self.db.all_of_primary(sql).await? {
            let read = || -> Result<_, DbErr> { Ok((id(&row, "user_id")?, id(&row, "id")?)) };
            let (user, device) = read().map_err(|e| fault::common(&e))?;
            devices.entry(user).or_default().push(device);
        }
        for person in people {
            person.devices = person
                .user
                .and_then(|user| devices.get(&user).cloned())
                .unwrap_or_default();
        }
        Ok(())
    }

    /// The addresses of callers without an account.
    async fn callers(&self, drives: &BTreeSet<BookingId>) -> Result<HashMap<BookingId, Recipient>, Common> {
        let ids = drives.iter().map(BookingId::uuid);
        self.houses("SELECT id, caller_email AS email FROM bookings", ids)
            .await
    }

    /// The addresses of buyers without an account.
    async fn purchasers(&self, sales: &BTreeSet<SaleId>) -> Result<HashMap<SaleId, Recipient>, Common> {
        let ids = sales.iter().map(SaleId::uuid);
        self.houses("SELECT id, buyer_email AS email FROM sales", ids)
            .await
    }

    /// Those who saved listings that everybody may see, but for the staff of their dealers.
    async fn savers(
        &self,
        listings: &BTreeSet<ListingId>,
    ) -> Result<HashMap<ListingId, Vec<Recipient>>, Common> {
        let mut found: HashMap<ListingId, Vec<Recipient>> = HashMap::new();
        if listings.is_empty() {
            return Ok(found);
        }
        let mut sql = people(self.db.sql());
        sql.push(
            ", k.listing_id FROM saved_listings k JOIN listing_search s ON s.listing_id = k.listing_id \
             JOIN users u ON u.id = k.user_id LEFT JOIN notification_preferences p ON p.user_id = u.id \
             WHERE u.active AND s.public AND NOT EXISTS (SELECT 1 FROM staff f WHERE f.user_id = u.id AND f.active \
             AND f.dealer_id = s.dealer_id) AND k.listing_id IN (",
        );
        sql.bind_all(listings.iter().map(ListingId::uuid))
            .push(") ORDER BY k.listing_id, k.user_id");
        for row in self.db.all_of_primary(sql).await? {
            let listing = row.try_get_by::<Uuid, _>("listing_id");
            let listing = Id::from_uuid(listing.map_err(|e| fault::common(&e))?);
            found.entry(listing).or_default().push(recipient(&row)?);
        }
        Ok(found)
    }

    /// Those who run the platform.
    async fn admins(&self) -> Result<Vec<Recipient>, Common> {
        let mut sql = people(self.db.sql());
        sql.push(
            " FROM users u LEFT JOIN notification_preferences p ON p.user_id = u.id \
             WHERE u.active AND u.platform_role = 'admin' ORDER BY u.id",
        );
        let rows = self.db.all_of_primary(sql).await?;
        rows.iter().map(recipient).collect()
    }

    /// The mailboxes of dealers.
    async fn mailboxes(&self, dealers: &BTreeSet<DealerId>) -> Result<HashMap<DealerId, Recipient>, Common> {
        let ids = dealers.iter().map(DealerId::uuid);
        self.houses("SELECT id, email FROM dealers", ids).await
    }

    async fn houses<K: Eq + Hash>(
        &self,
        select: &str,
        ids: impl ExactSizeIterator<Item = Uuid> + Send,
    ) -> Result<HashMap<Id<K>, Recipient>, Common> {
        if ids.len() == 0 {
            return Ok(HashMap::new());
        }
        let mut sql = self.db.sql();
        sql.push(select).push(" WHERE id IN (").bind_all(ids).push(")");
        let rows = self.db.all_of_primary(sql).await?;
        let read = |row: &QueryResult| -> Result<_, DbErr> {
            let email: Option<String> = row.try_get_by("email")?;
            let house = Recipient {
                user: None,
                email: email.and_then(|email| email.parse().ok()),
                phone: None,
                devices: Vec::new(),
                preferences: Preferences::default(),
            };
            Ok((Id::from_uuid(row.try_get_by("id")?), house))
        };
        rows.iter()
            .map(read)
            .collect::<Result<_, _>>()
            .map_err(|e| fault::common(&e))
    }

    /// Those on the staff of dealers who sell or own.
    async fn members(&self, dealers: &BTreeSet<DealerId>) -> Result<Vec<Member>, Common> {
        if dealers.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = people(self.db.sql());
        sql.push(
            ", s.dealer_id, s.role, s.sites FROM staff s JOIN users u ON u.id = s.user_id \
             LEFT JOIN notification_preferences p ON p.user_id = u.id \
             WHERE s.active AND u.active AND s.role IN ('owner', 'manager', 'sales') AND s.dealer_id IN (",
        );
        sql.bind_all(dealers.iter().map(DealerId::uuid))
            .push(") ORDER BY s.created_at, s.id");
        let rows = self.db.all_of_primary(sql).await?;
        rows.iter().map(member).collect()
    }
}

/// The start of a query for people.
fn people(mut sql: Sql) -> Sql {
    sql.push("SELECT u.id AS user_id, u.email, u.phone, ")
        .push(COLUMNS);
    sql
}

fn recipient(row: &QueryResult) -> Result<Recipient, Common> {
    let read = || -> Result<_, DbErr> {
        Ok((
            row.try_get_by::<Uuid, _>("user_id")?,
            row.try_get_by::<String, _>("email")?,
            row.try_get_by::<Option<String>, _>("phone")?,
        ))
    };
    let (user, email, phone) = read().map_err(|e| fault::common(&e))?;
    Ok(Recipient {
        user: Some(Id::from_uuid(user)),
        email: email.parse().ok(),
        phone: phone.and_then(|phone| phone.parse().ok()),
        devices: Vec::new(),
        preferences: preferences(row)?,
    })
}

fn member(row: &QueryResult) -> Result<Member, Common> {
    let read = || -> Result<_, DbErr> {
        Ok((
            row.try_get_by::<Uuid, _>("dealer_id")?,
            row.try_get_by::<String, _>("role")?,
            json_of(row, "sites")?,
        ))
    };
    let (dealer, role, sites) = read().map_err(|e| fault::common(&e))?;
    Ok(Member {
        dealer: Id::from_uuid(dealer),
        owner: role == "owner",
        sites,
        person: recipient(row)?,
    })
}

/// Who of a dealer's staff is meant.
fn chosen(members: &[Member], dealer: DealerId, meant: impl Fn(&Member) -> bool) -> Vec<Recipient> {
    members
        .iter()
        .filter(|m| m.dealer == dealer && meant(m))
        .map(|m| m.person.clone())
        .collect()
}

#[async_trait]
impl Audiences for SqlAudiences {
    async fn people(&self, whom: &BTreeSet<Whom>) -> Result<BTreeMap<Whom, Vec<Recipient>>, Common> {
        let (mut users, mut drives) = (BTreeSet::new(), BTreeSet::new());
        let (mut employers, mut boxes) = (BTreeSet::new(), BTreeSet::new());
        let (mut sales, mut saved) = (BTreeSet::new(), BTreeSet::new());
        for one in whom {
            match *one {
                Whom::User(user) => _ = users.insert(user),
                Whom::Caller(drive) => _ = drives.insert(drive),
                Whom::Owners(dealer) => _ = employers.insert(dealer),
                Whom::Purchaser(sale) => _ = sales.insert(sale),
                Whom::Savers(listing) => _ = saved.insert(listing),
                Whom::Admins => {}
                Whom::Sales(dealer, _) => {
                    employers.insert(dealer);
                    boxes.insert(dealer);
                }
            }
        }
        let mut users = self.users(&users).await?;
        let callers = self.callers(&drives).await?;
        let mut members = self.members(&employers).await?;
        let staff = members.iter_mut().map(|member| &mut member.person);
        self.add_devices(users.values_mut().chain(staff).collect())
            .await?;
        let mailboxes = self.mailboxes(&boxes).await?;
        let purchasers = self.purchasers(&sales).await?;
        let savers = self.savers(&saved).await?;
        let admins = if whom.contains(&Whom::Admins) {
            self.admins().await?
        } else {
            Vec::new()
        };
        let behind = |one: &Whom| match one {
            Whom::Purchaser(sale) => purchasers.get(sale).cloned().into_iter().collect(),
            Whom::Savers(listing) => savers.get(listing).cloned().unwrap_or_default(),
            Whom::Admins => admins.clone(),
            Whom::User(user) => users.get(user).cloned().into_iter().collect(),
            Whom::Caller(drive) => callers.get(drive).cloned().into_iter().collect(),
            Whom::Owners(dealer) => chosen(&members, *dealer, |m| m.owner),
            Whom::Sales(dealer, site) => {
                let there = |m: &Member| {
                    m.owner || m.sites.is_empty() || site.is_none_or(|site| m.sites.contains(&site))
                };
                let mut all = chosen(&members, *dealer, there);
                all.extend(mailboxes.get(dealer).cloned());
                all
            }
        };
        Ok(whom.iter().map(|one| (*one, behind(one))).collect())
    }

    async fn particulars(
        &self,
        subjects: &BTreeSet<Subject>,
    ) -> Result<HashMap<Subject, Map<String, Value>>, Common> {
        super::particulars::of(&self.db, subjects).await
    }
}
