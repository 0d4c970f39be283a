//! Rows of dealers, sites and staff, and the things they hold.

use std::fmt::Display;
use std::str::FromStr;

use ::dealers::address::Address;
use ::dealers::dealer::{Dealer, DealerDetails};
use ::dealers::settings::{DealerSettings, NegotiationRules};
use ::dealers::site::{Coordinates, Site, SiteDetails};
use ::dealers::staff::{Person, StaffMember};
use chrono::NaiveDate;
use kernel::error::Common;
use kernel::id::Id;
use kernel::money::Currency;
use kernel::rights::Role;
use kernel::text::fold;
use sea_orm::{DbErr, QueryResult, TryGetable, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::fault;
use crate::rows::{Columns, Kept, json_opt};

fn json(value: &impl Serialize) -> Result<Value, Common> {
    serde_json::to_value(value)
        .map(Value::from)
        .map_err(|e| Common::internal(e.to_string()))
}

/// Reads columns of one table; what is not a value of its type is a defect that names the place.
pub(super) struct Row<'a> {
    pub(super) row: &'a QueryResult,
    pub(super) table: &'static str,
    /// What stands before each column's name.
    pub(super) prefix: &'static str,
}

impl Row<'_> {
    pub(super) fn get<T: TryGetable>(&self, column: &str) -> Result<T, Common> {
        self.row
            .try_get(self.prefix, column)
            .map_err(|e: DbErr| fault::common(&e))
    }

    fn word<T: FromStr>(&self, column: &str) -> Result<T, Common>
    where
        T::Err: Display,
    {
        let text: String = self.get(column)?;
        text.parse()
            .map_err(|_| fault::corrupt(self.table, column, &text))
    }

    fn word_opt<T: FromStr>(&self, column: &str) -> Result<Option<T>, Common> {
        let text: Option<String> = self.get(column)?;
        text.map(|text| {
            text.parse()
                .map_err(|_| fault::corrupt(self.table, column, &text))
        })
        .transpose()
    }

    fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T, Common> {
        self.get::<Kept<T>>(column).map(|kept| kept.0)
    }

    fn id<K>(&self, column: &str) -> Result<Id<K>, Common> {
        self.get(column).map(Id::from_uuid)
    }

    fn address(&self, country: &str) -> Result<Address, Common> {
        Ok(Address {
            line1: self.get("line1")?,
            line2: self.get("line2")?,
            city: self.get("city")?,
            state: self.get("state")?,
            postal_code: self.get("postal_code")?,
            country: self.get(country)?,
        })
    }
}

/// The columns of a dealer, as `d`.
pub(super) const DEALER: &str = "d.id, d.name, d.legal_name, d.description, d.phone, d.email, d.website, d.line1, d.line2, \
     d.city, d.state, d.postal_code, d.address_country, d.licence_number, d.currency, d.country, d.strict_vin, \
     d.negotiation_rules, d.picture_file_id, d.status, d.status_reason, d.version, d.created_at, d.updated_at";

pub(super) fn dealer(row: &QueryResult) -> Result<Dealer, Common> {
    let row = Row {
        row,
        table: "dealers",
        prefix: "",
    };
    let currency: String = row.get("currency")?;
    Ok(Dealer {
        id: row.id("id")?,
        details: DealerDetails {
            name: row.get("name")?,
            legal_name: row.get("legal_name")?,
            description: row.get("description")?,
            phone: row.word("phone")?,
            email: row.word("email")?,
            website: row.get("website")?,
            address: row.address("address_country")?,
            licence_number: row.get("licence_number")?,
            currency: Currency::parse(&currency)
                .map_err(|_| fault::corrupt("dealers", "currency", &currency))?,
            country: row.get("country")?,
        },
        picture: row.get::<Option<Uuid>>("picture_file_id")?.map(Id::from_uuid),
        settings: DealerSettings {
            strict_vin: row.get("strict_vin")?,
            negotiation: negotiation_rules(row.row)?,
        },
        status: row.word("status")?,
        status_reason: row.get("status_reason")?,
        version: row.get("version")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

/// How a dealer negotiates: the defaults where it has chosen nothing.
pub(crate) fn negotiation_rules(row: &QueryResult) -> Result<NegotiationRules, Common> {
    let chosen: Option<NegotiationRules> =
        json_opt(row, "negotiation_rules").map_err(|e| fault::common(&e))?;
    Ok(chosen.unwrap_or_default())
}

pub(super) fn dealer_columns(dealer: &Dealer) -> Result<Columns, Common> {
    let details = &dealer.details;
    let address = &details.address;
    Ok(vec![
        ("id", dealer.id.uuid().into()),
        ("name", details.name.clone().into()),
        ("name_folded", fold(&details.name).into()),
        ("legal_name", details.legal_name.clone().into()),
        ("description", details.description.clone().into()),
        ("phone", details.phone.as_str().into()),
        ("email", details.email.as_str().into()),
        ("website", details.website.clone().into()),
        ("line1", address.line1.clone().into()),
        ("line2", address.line2.clone().into()),
        ("city", address.city.clone().into()),
        ("state", address.state.clone().into()),
        ("postal_code", address.postal_code.clone().into()),
        ("address_country", address.country.clone().into()),
        ("licence_number", details.licence_number.clone().into()),
        ("currency", details.currency.code().into()),
        ("country", details.country.clone().into()),
        ("strict_vin", dealer.settings.strict_vin.into()),
        ("negotiation_rules", json(&dealer.settings.negotiation)?),
        ("status", dealer.status.as_str().into()),
        ("status_reason", dealer.status_reason.clone().into()),
        ("version", dealer.version.into()),
        ("created_at", dealer.created_at.into()),
        ("updated_at", dealer.updated_at.into()),
    ])
}

/// The columns of a site, as `s`.
pub(super) const SITE: &str = "s.id, s.dealer_id, s.kind, s.name, s.phone, s.line1, s.line2, s.city, s.state, s.postal_code, \
     s.country, s.latitude, s.longitude, s.timezone, s.hours, s.exceptions, s.bays, s.slot_rules, s.version, s.created_at, \
     s.updated_at";

pub(super) fn site(row: &QueryResult) -> Result<Site, Common> {
    let row = Row {
        row,
        table: "sites",
        prefix: "",
    };
    let (latitude, longitude): (Option<f64>, Option<f64>) = (row.get("latitude")?, row.get("longitude")?);
    let bays: i64 = row.get("bays")?;
    Ok(Site {
        id: row.id("id")?,
        dealer: row.id("dealer_id")?,
        details: SiteDetails {
            kind: row.word("kind")?,
            name: row.get("name")?,
            phone: row.word_opt("phone")?,
            address: row.address("country")?,
            coordinates: latitude
                .zip(longitude)
                .map(|(latitude, longitude)| Coordinates { latitude, longitude }),
            timezone: row.word("timezone")?,
            hours: row.json("hours")?,
            exceptions: row.json("exceptions")?,
            bays: u16::try_from(bays).map_err(|_| fault::corrupt("sites", "bays", bays))?,
            slot_rules: row.json("slot_rules")?,
        },
        version: row.get("version")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

pub(super) fn site_columns(site: &Site) -> Result<Columns, Common> {
    let details = &site.details;
    let address = &details.address;
    Ok(vec![
        ("id", site.id.uuid().into()),
        ("dealer_id", site.dealer.uuid().into()),
        ("kind", details.kind.as_str().into()),
        ("name", details.name.clone().into()),
        ("name_folded", fold(&details.name).into()),
        ("phone", details.phone.as_ref().map(ToString::to_string).into()),
        ("line1", address.line1.clone().into()),
        ("line2", address.line2.clone().into()),
        ("city", address.city.clone().into()),
        ("city_folded", fold(&address.city).into()),
        ("state", address.state.clone().into()),
        ("state_folded", address.state.as_deref().map(fold).into()),
        ("postal_code", address.postal_code.clone().into()),
        ("country", address.country.clone().into()),
        ("latitude", details.coordinates.map(|c| c.latitude).into()),
        ("longitude", details.coordinates.map(|c| c.longitude).into()),
        ("timezone", details.timezone.name().into()),
        ("hours", json(&details.hours)?),
        ("exceptions", json(&details.exceptions)?),
        ("bays", i64::from(details.bays).into()),
        ("slot_rules", json(&details.slot_rules)?),
        ("version", site.version.into()),
        ("created_at", site.created_at.into()),
        ("updated_at", site.updated_at.into()),
    ])
}

/// The columns of a member, as `m`, under names of their own: a person may stand beside them.
pub(super) const MEMBER: &str = "m.id AS m_id, m.dealer_id AS m_dealer_id, m.user_id AS m_user_id, m.email AS m_email, \
     m.role AS m_role, m.sites AS m_sites, m.active AS m_active, m.version AS m_version, m.created_at AS m_created_at, \
     m.updated_at AS m_updated_at";

/// The commission plan that is a member's own and in force on a day, as `m_plan`. The day is our own text.
pub(super) fn plan_on(day: NaiveDate) -> String {
    format!(
        "(SELECT p.id FROM commission_plans p WHERE p.dealer_id = m.dealer_id AND p.staff_id = m.id \
         AND p.effective_from <= '{day}' ORDER BY p.effective_from DESC, p.id DESC LIMIT 1) AS m_plan"
    )
}

pub(super) fn member(row: &QueryResult) -> Result<StaffMember, Common> {
    let row = Row {
        row,
        table: "staff",
        prefix: "m_",
    };
    let role: String = row.get("role")?;
    Ok(StaffMember {
        id: row.id("id")?,
        dealer: row.id("dealer_id")?,
        user: row.get::<Option<Uuid>>("user_id")?.map(Id::from_uuid),
        email: row.word("email")?,
        role: Role::staff(&role).ok_or_else(|| fault::corrupt("staff", "role", &role))?,
        sites: row.json("sites")?,
        active: row.get("active")?,
        version: row.get("version")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

pub(super) fn member_columns(member: &StaffMember) -> Result<Columns, Common> {
    Ok(vec![
        ("id", member.id.uuid().into()),
        ("dealer_id", member.dealer.uuid().into()),
        ("user_id", member.user.map(|user| user.uuid()).into()),
        ("email", member.email.as_str().into()),
        ("email_folded", member.email.folded().into()),
        ("role", member.role.as_str().into()),
        ("sites", json(&member.sites)?),
        ("active", member.active.into()),
        ("version", member.version.into()),
        ("created_at", member.created_at.into()),
        ("updated_at", member.updated_at.into()),
    ])
}

/// The columns of a person, as `u`. All are null where a member has none yet.
pub(super) const PERSON: &str = "u.id AS u_id, u.first_name AS u_first_name, u.last_name AS u_last_name, u.email AS u_email, u.active AS u_active";

pub(super) fn person(row: &QueryResult) -> Result<Option<Person>, Common> {
    let row = Row {
        row,
        table: "users",
        prefix: "u_",
    };
    let Some(id) = row.get::<Option<Uuid>>("id")? else {
        return Ok(None);
    };
    let (first, last): (String, String) = (row.get("first_name")?, row.get("last_name")?);
    Ok(Some(Person {
        user: Id::from_uuid(id),
        name: format!("{first} {last}").trim().to_owned(),
        email: row.word("email")?,
        active: row.get("active")?,
    }))
}
