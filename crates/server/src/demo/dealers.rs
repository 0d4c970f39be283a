//! The two dealers of the demo, their sites and their staff.

use ::dealers::address::AddressDraft;
use ::dealers::dealer::{Dealer, DealerDraft};
use ::dealers::document::{DocumentDraft, DocumentKind, Verdict};
use ::dealers::hours::{HoursDraft, SpanDraft};
use ::dealers::rules::staff::StaffDraft;
use ::dealers::site::{Site, SiteDraft};
use ::dealers::staff::StaffMember;
use ::media::purpose::Purpose;
use chrono::TimeDelta;
use kernel::actor::Membership;
use kernel::id::{SiteId, UserId};
use kernel::rights::Role;

use super::people::Accounts;
use super::{DealerLine, SiteLine, Stage, licence};

/// One place of a dealer that is to be.
pub(super) struct Place {
    kind: &'static str,
    name: &'static str,
    line1: &'static str,
    city: &'static str,
    state: &'static str,
    postal_code: &'static str,
    latitude: f64,
    longitude: f64,
    phone: &'static str,
}

/// A dealer that is to be.
pub(super) struct Shop {
    name: &'static str,
    domain: &'static str,
    description: &'static str,
    phone: &'static str,
    licence: &'static str,
    timezone: &'static str,
    places: [Place; 2],
}

impl Shop {
    /// Both.
    pub(super) fn all() -> [Self; 2] {
        [
            Self {
                name: "Harbor Motor Group",
                domain: "harbor.example.com",
                description: "Family-run since 1962: everyday cars and trucks for the five boroughs and beyond.",
                phone: "+1 718 555 0140",
                licence: "NY-7124458",
                timezone: "America/New_York",
                places: [
                    Place {
                        kind: "both",
                        name: "Harbor Brooklyn",
                        line1: "4120 Fourth Avenue",
                        city: "Brooklyn",
                        state: "NY",
                        postal_code: "11232",
                        latitude: 40.655_6,
                        longitude: -74.006_4,
                        phone: "+1 718 555 0141",
                    },
                    Place {
                        kind: "showroom",
                        name: "Harbor White Plains",
                        line1: "275 Main Street",
                        city: "White Plains",
                        state: "NY",
                        postal_code: "10601",
                        latitude: 41.033_9,
                        longitude: -73.762_9,
                        phone: "+1 914 555 0142",
                    },
                ],
            },
            Self {
                name: "Sierra Auto Collective",
                domain: "sierra.example.com",
                description: "Electric, hybrid and open-road: cars for California, looked over in our own workshop.",
                phone: "+1 213 555 0170",
                licence: "CA-90312",
                timezone: "America/Los_Angeles",
                places: [
                    Place {
                        kind: "both",
                        name: "Sierra Glendale",
                        line1: "1200 South Brand Boulevard",
                        city: "Glendale",
                        state: "CA",
                        postal_code: "91204",
                        latitude: 34.130_1,
                        longitude: -118.255_1,
                        phone: "+1 818 555 0171",
                    },
                    Place {
                        kind: "showroom",
                        name: "Sierra Long Beach",
                        line1: "3300 Cherry Avenue",
                        city: "Long Beach",
                        state: "CA",
                        postal_code: "90807",
                        latitude: 33.817_5,
                        longitude: -118.167_9,
                        phone: "+1 562 555 0172",
                    },
                ],
            },
        ]
    }
}

/// A dealer of the demo, as it then is.
pub(super) struct House {
    pub(super) dealer: Dealer,
    pub(super) sites: Vec<Site>,
    staff: Vec<StaffMember>,
}

impl House {
    pub(super) fn line(&self) -> DealerLine {
        DealerLine {
            id: self.dealer.id.uuid(),
            name: self.dealer.details.name.clone(),
        }
    }

    pub(super) fn site_lines(&self) -> impl Iterator<Item = SiteLine> {
        self.sites.iter().map(|site| SiteLine {
            id: site.id.uuid(),
            dealer_id: site.dealer.uuid(),
            name: site.details.name.clone(),
            timezone: site.details.timezone.name().to_owned(),
        })
    }

    /// A member with this role: the person, and the work as acts carry it.
    pub(super) fn member(&self, role: Role) -> anyhow::Result<(UserId, Membership)> {
        let found = self.staff.iter().find(|m| m.role == role);
        let member = found.ok_or_else(|| anyhow::anyhow!("the demo has no {}", role.as_str()))?;
        let user = member
            .user
            .ok_or_else(|| anyhow::anyhow!("nobody is invited in the demo"))?;
        Ok((user, membership(member)))
    }
}

fn membership(member: &StaffMember) -> Membership {
    Membership {
        staff: member.id,
        dealer: member.dealer,
        role: member.role,
        sites: member.sites.clone(),
    }
}

fn address(place: &Place) -> AddressDraft {
    AddressDraft {
        line1: place.line1.to_owned(),
        line2: None,
        city: place.city.to_owned(),
        state: Some(place.state.to_owned()),
        postal_code: place.postal_code.to_owned(),
        country: "US".to_owned(),
    }
}

fn hours() -> HoursDraft {
    let span = |open: &str, close: &str| SpanDraft {
        open: open.to_owned(),
        close: close.to_owned(),
    };
    HoursDraft {
        days: std::array::from_fn(|day| match day {
            0..5 => vec![span("09:00", "19:00")],
            5 => vec![span("09:00", "17:00")],
            _ => vec![span("11:00", "16:00")],
        }),
    }
}

/// Days for which the licences hold.
const LICENCE_DAYS: i64 = 500;

/// Who works where: role, part of the address, and the only site (or all).
const POSTS: &[(&str, &str, Option<usize>)] = &[
    ("manager", "manager", None),
    ("sales", "sales", None),
    ("sales", "sales2", Some(1)),
    ("advisor", "advisor", Some(0)),
    ("mechanic", "mechanic", Some(0)),
];

/// Registers a dealer, has it verified, opens its sites and hires its people.
pub(super) async fn open(
    stage: &Stage<'_>,
    accounts: &mut Accounts<'_>,
    shop: Shop,
) -> anyhow::Result<House> {
    let services = &stage.services.dealers;
    let [first, _] = &shop.places;
    let owner = accounts
        .colleague(&format!("owner@{}", shop.domain), "owner")
        .await?;
    let draft = DealerDraft {
        name: shop.name.to_owned(),
        legal_name: format!("{} LLC", shop.name),
        description: Some(shop.description.to_owned()),
        phone: shop.phone.to_owned(),
        email: format!("hello@{}", shop.domain),
        website: Some(format!("https://{}", shop.domain)),
        address: address(first),
        licence_number: Some(shop.licence.to_owned()),
        currency: "USD".to_owned(),
        country: "US".to_owned(),
    };
    let act = stage.by(owner, None, 24 * 180);
    let dealer = services.dealers.register(&act, &draft).await?.value;
    let founder = founder(stage, &dealer, owner).await?;
    accounts.works(&founder);
    let dealer = verify(stage, &dealer, &founder, owner).await?;
    let mut sites = Vec::new();
    for place in &shop.places {
        let draft = SiteDraft {
            kind: place.kind.to_owned(),
            name: place.name.to_owned(),
            phone: Some(place.phone.to_owned()),
            address: address(place),
            latitude: Some(place.latitude),
            longitude: Some(place.longitude),
            timezone: shop.timezone.to_owned(),
            hours: Some(hours()),
            bays: Some(if place.kind == "both" { 4 } else { 0 }),
            ..SiteDraft::default()
        };
        let act = stage.house(24 * 177);
        sites.push(services.sites.create(&act, Some(dealer.id), &draft).await?.value);
    }
    let mut house = House {
        dealer,
        sites,
        staff: vec![founder],
    };
    hire(stage, accounts, &shop, &mut house, owner).await?;
    Ok(house)
}

/// Who registered a dealer, as its first owner.
async fn founder(stage: &Stage<'_>, dealer: &Dealer, owner: UserId) -> anyhow::Result<StaffMember> {
    let page = kernel::paging::PageRequest::default();
    let staff = &stage.services.dealers.staff;
    let known = staff
        .list(&stage.house(0), Some(dealer.id), vec![Role::Owner], None, &page)
        .await?;
    let mut members = known.items.into_iter().map(|p| p.member);
    members
        .find(|m| m.user == Some(owner))
        .ok_or_else(|| anyhow::anyhow!("a dealer without its founder"))
}

/// The owner brings the licence, and the platform approves it and verifies the dealer.
async fn verify(
    stage: &Stage<'_>,
    dealer: &Dealer,
    founder: &StaffMember,
    owner: UserId,
) -> anyhow::Result<Dealer> {
    let services = &stage.services.dealers;
    let details = &dealer.details;
    let number = details.licence_number.as_deref().unwrap_or_default();
    let page = licence::pdf(&["Motor vehicle dealer licence", &details.legal_name, number]);
    let act = stage.by(owner, Some(membership(founder)), 24 * 179);
    let uploads = &stage.services.media.uploads;
    let purpose = Purpose::DealerDocument;
    let file = uploads
        .take(&act, purpose, None, "licence.pdf", page.into())
        .await?;
    let draft = DocumentDraft {
        kind: DocumentKind::Licence,
        file: file.id,
        expires_on: Some((stage.now + TimeDelta::days(LICENCE_DAYS)).date_naive()),
    };
    let licence = services.papers.add(&act, None, draft).await?.value;
    let act = stage.house(24 * 178);
    services
        .documents
        .review(&act, dealer.id, licence.id, Verdict::Approve, None)
        .await?;
    Ok(services.dealers.verify(&act, dealer.id, None).await?.value)
}

async fn hire(
    stage: &Stage<'_>,
    accounts: &mut Accounts<'_>,
    shop: &Shop,
    house: &mut House,
    owner: UserId,
) -> anyhow::Result<()> {
    let services = &stage.services.dealers;
    let (_, by) = house.member(Role::Owner)?;
    for (role, address, site) in POSTS {
        let user = accounts
            .colleague(&format!("{address}@{}", shop.domain), role)
            .await?;
        let only = site.and_then(|n| house.sites.get(n)).map(|s| s.id);
        let draft = StaffDraft {
            user_id: Some(user),
            email: None,
            role: (*role).to_owned(),
            site_ids: only.into_iter().collect::<Vec<SiteId>>(),
        };
        let act = stage.by(owner, Some(by.clone()), 24 * 176);
        let added = services.invite.add(&act, None, &draft).await?.value;
        accounts.works(&added.member);
        house.staff.push(added.member);
    }
    Ok(())
}
