//! What holds for any input.

use forecourt_inventory::given::{DistanceText, MoneyText};
use forecourt_inventory::listing::{ListingStatus, Prices, Step};
use forecourt_inventory::listing_draft::ListingDraft;
use forecourt_inventory::vehicle_draft::VehicleDraft;
use forecourt_inventory::vehicle_rules::read_again;
use forecourt_inventory::vin_decoder::decode;
use kernel::distance::Distance;
use kernel::error::Violations;
use kernel::money::{Currency, Money};
use kernel::vin::Vin;
use kernel::vocabulary::DistanceUnit;
use proptest::prelude::*;

fn vin() -> impl Strategy<Value = Vin> {
    "[A-HJ-NPR-Z0-9]{17}".prop_map(|text| text.parse().unwrap())
}

fn distance() -> impl Strategy<Value = Distance> {
    (
        0_i64..1_000_000,
        prop_oneof![Just(DistanceUnit::Km), Just(DistanceUnit::Mi)],
    )
        .prop_map(|(value, unit)| Distance::new(value, unit).unwrap())
}

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

proptest! {
    #[test]
    fn any_number_decodes_to_a_year_that_its_code_can_mean(vin in vin(), this_year in 2000_i32..2040) {
        let decoded = decode(&vin, this_year);
        prop_assert_eq!(decoded.check_digit.valid, decoded.check_digit.found == decoded.check_digit.expected);
        if let Some(year) = decoded.model_year {
            let year = u16::try_from(year).ok();
            prop_assert!(vin.model_years().contains(&year));
        }
        prop_assert_eq!(decoded.model_year.is_some(), vin.model_years().iter().all(Option::is_some));
    }

    #[test]
    fn a_reading_never_goes_down_without_a_reason(before in distance(), now in distance()) {
        let told = read_again(Some(before), Some(now), None);
        prop_assert_eq!(told.is_err(), now.metres() < before.metres());
        prop_assert!(read_again(Some(before), Some(now), Some("a digit was mistyped")).is_ok());
    }

    #[test]
    fn prices_that_are_taken_hold_together(
        asking in -10_i64..5_000_000,
        msrp in proptest::option::of(-10_i64..5_000_000),
        floor in proptest::option::of(-10_i64..5_000_000),
    ) {
        let holds = asking > 0
            && msrp.is_none_or(|m| m > 0 && asking <= 10 * m)
            && floor.is_none_or(|f| f > 0 && f <= asking);
        let taken = Prices::new(usd(asking), msrp.map(usd), floor.map(usd), None);
        prop_assert_eq!(taken.is_ok(), holds);
        if let Ok(prices) = taken {
            prop_assert!(prices.discount_percent().is_none_or(|percent| percent < 100));
        }
    }

    #[test]
    fn the_dealers_word_never_reserves_sells_or_wakes_a_sold_listing(
        moves in proptest::collection::vec(0_usize..5, 0..20),
    ) {
        let mut status = ListingStatus::Draft;
        for to in moves.into_iter().filter_map(|n| ListingStatus::ALL.get(n)) {
            if let Ok(next) = status.sent_to(*to) {
                prop_assert!(next == status || status.open_ways().contains(&next));
                status = next;
            }
            prop_assert!(!matches!(status, ListingStatus::Reserved | ListingStatus::Sold));
        }
        prop_assert_eq!(ListingStatus::Sold.after(Step::Remove), None);
    }

    #[test]
    fn a_draft_of_any_text_is_taken_whole_or_refused_with_reasons(
        vin in ".{0,20}", make in ".{0,80}", model in ".{0,100}", year in any::<i64>(),
        body in proptest::option::of(".{0,10}"), plate in proptest::option::of(".{0,30}"),
        value in any::<i64>(), unit in ".{0,4}", day in proptest::option::of(".{0,12}"),
    ) {
        let draft = VehicleDraft {
            vin, make, model, year,
            body_type: body,
            license_plate: plate,
            odometer: Some(DistanceText { value, unit }),
            date_of_purchase: day,
            ..VehicleDraft::default()
        };
        let mut wrong = Violations::new();
        prop_assert_eq!(draft.check("/vehicle", "2026-06-08".parse().unwrap(), &mut wrong).is_some(), wrong.is_empty());
        prop_assert!(wrong.as_slice().iter().all(|v| v.pointer.starts_with("/vehicle/")));
    }

    #[test]
    fn terms_of_any_text_are_taken_whole_or_refused_with_reasons(
        condition in "(new|used|.{0,6})", amount in "[-0-9.]{0,12}", currency in "(USD|JPY|.{0,4})",
        title in proptest::option::of(".{0,250}"), features in proptest::collection::vec(".{0,120}", 0..5),
    ) {
        let draft = ListingDraft {
            condition,
            asking_price: MoneyText { amount, currency },
            msrp: None,
            floor_price: None,
            cost: None,
            title,
            description: None,
            features,
        };
        let mut wrong = Violations::new();
        prop_assert_eq!(draft.check(&mut wrong).is_some(), wrong.is_empty());
    }
}
