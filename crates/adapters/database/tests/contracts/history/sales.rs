//! Sales, and what they earn.

use chrono::NaiveDate;
use kernel::Instant;
use kernel::id::{SaleId, StaffId};
use kernel::money::Money;
use sea_orm::Value;

use super::lots::vin;
use super::{Car, Chance, Entry, History, Sale, Shop};
use crate::world::{World, given_row};

impl History {
    /// Writes a sale with its lines of the ledger; one that does not stand was voided now.
    pub(super) async fn given_sale(
        &mut self,
        world: &World,
        chance: &Chance,
        shop: &Shop,
        car: &Car,
        closed: bool,
        now: Instant,
    ) {
        let id: SaleId = world.ids.next();
        let (sold_by, _) = chance.one(&shop.staff);
        let buyer = chance.percent(70).then(|| chance.one(&self.buyers));
        let price = Money::new(100_000 + chance.below(3_000_000), car.asking.currency());
        let created_at = chance.ago(now, 75);
        let day = created_at.with_timezone(&shop.zone.0).date_naive();
        let mut row = vec![
            ("id", id.uuid().into()),
            ("dealer_id", shop.id.uuid().into()),
            ("listing_id", car.listing.uuid().into()),
            ("site_id", shop.site.uuid().into()),
            ("vehicle_id", car.vehicle.uuid().into()),
            ("vin", vin(car.vehicle).into()),
            ("make", "Ford".into()),
            ("make_folded", "ford".into()),
            ("model", "F-150".into()),
            ("year", 2_021_i64.into()),
            ("price_minor", price.minor().into()),
            ("currency", price.currency().code().into()),
            ("sale_date", day.into()),
            ("buyer_name", "Ann Buyer".into()),
            ("payment_method", "cash".into()),
            ("sold_by", sold_by.uuid().into()),
            ("commission_minor", 1_i64.into()),
            ("status", if closed { "closed" } else { "voided" }.into()),
            ("created_at", created_at.into()),
            ("updated_at", created_at.into()),
            ("version", 1_i64.into()),
        ];
        if let Some(buyer) = buyer {
            row.push(("buyer_user_id", buyer.uuid().into()));
        }
        if !closed {
            row.push(("voided_at", now.into()));
            row.push(("void_reason", "the wrong car".into()));
        }
        given_row(world, "sales", row).await;
        let alike = |minor| Money::new(minor, price.currency());
        let earned = 1 + chance.below(90_000);
        self.earn(world, shop, id, (sold_by, "earned", day), alike(earned))
            .await;
        if !closed {
            let back = (sold_by, "clawed_back", now.date_naive());
            self.earn(world, shop, id, back, alike(-earned)).await;
        }
        let (other, _) = chance.one(&shop.staff);
        for (kind, often, amount) in [("bonus", 20, 5_000), ("adjustment", 10, -700)] {
            if chance.percent(often) {
                self.earn(world, shop, id, (other, kind, day), alike(amount))
                    .await;
            }
        }
        self.sales.push(Sale {
            dealer: shop.id,
            listing: car.listing,
            sold_by,
            buyer,
            price,
            day,
            closed,
            created_at,
        });
    }

    async fn earn(
        &mut self,
        world: &World,
        shop: &Shop,
        sale: SaleId,
        (staff, kind, day): (StaffId, &'static str, NaiveDate),
        amount: Money,
    ) {
        let row: Vec<(&str, Value)> = vec![
            ("id", world.ids.uuid().into()),
            ("sale_id", sale.uuid().into()),
            ("dealer_id", shop.id.uuid().into()),
            ("staff_id", staff.uuid().into()),
            ("kind", kind.into()),
            ("amount_minor", amount.minor().into()),
            ("currency", amount.currency().code().into()),
            ("earned_on", day.into()),
        ];
        given_row(world, "commission_entries", row).await;
        self.entries.push(Entry {
            staff,
            kind,
            amount,
            day,
        });
    }
}
