//! Sales: cars that went in the last two months.

use ::sales::request::{NamedBuyer, NewBuyer, NewSale, Subject};
use ::sales::sale::PaymentMethod;
use kernel::money::Money;
use kernel::rights::Role;

use super::Stage;
use super::dealers::House;
use super::stock::Offer;

/// Every how many-eth car on offer is sold.
const ONE_OF: usize = 9;
/// Sold cars stood on the lot for this many hours at least.
const STOOD: i64 = 24 * 30;
/// Who walked in.
const BUYERS: &[&str] = &[
    "Maria Santos",
    "Greg Olsen",
    "Priya Nair",
    "Tom Becker",
    "Aisha Khan",
    "Leo Martin",
];

/// Lets the salespeople sell, and takes the cars off the market. Says how many there are.
pub(super) async fn close(stage: &Stage<'_>, houses: &[House], cars: &mut [Offer]) -> anyhow::Result<usize> {
    let mut made = 0;
    let waiting = cars.iter_mut().filter(|car| car.open && car.hours_ago > STOOD);
    for (car, buyer) in waiting.step_by(ONE_OF).zip(BUYERS.iter().cycle()) {
        let Some(house) = houses.get(car.house) else {
            continue;
        };
        let (user, membership) = house.member(Role::Sales)?;
        let listing = stage.services.inventory.listings.stock.find(car.listing).await?;
        let Some(listed) = listing else { continue };
        let asking = listed.listing.prices.asking();
        // Two percent off, in whole dollars.
        let price = Money::new(asking.minor() / 10_000 * 98 * 100, asking.currency());
        let sale = NewSale {
            price,
            sale_date: None,
            buyer: NewBuyer::Named(NamedBuyer {
                name: (*buyer).to_owned(),
                email: None,
                phone: None,
            }),
            payment_method: PaymentMethod::ALL
                .get(made % PaymentMethod::ALL.len())
                .copied()
                .unwrap_or(PaymentMethod::Cash),
            sold_by: None,
            splits: None,
            notes: None,
            negotiation: None,
        };
        let act = stage.by(user, Some(membership), car.hours_ago / 2);
        let subject = Subject::Listing(car.listing);
        stage.services.sales.close.close(&act, subject, sale).await?;
        car.open = false;
        made += 1;
    }
    Ok(made)
}
