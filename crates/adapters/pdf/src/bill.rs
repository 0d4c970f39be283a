//! A bill of sale.

use chrono::{Datelike, NaiveDate, Timelike};
use kernel::error::Common;
use kernel::money::Money;
use kernel::vocabulary::DistanceUnit;
use krilla::metadata::{DateTime, Metadata};
use sales::bill::{Bill, Party};
use sales::sale::PaymentMethod;

use crate::fonts::Fonts;
use crate::sheet::Sheet;
use crate::style::{Column, Head, Ink, Side, Style};

const LABEL: Style = Style::of(7.5).bold().in_ink(Ink::Grey);
const PLAIN: Style = Style::of(9.5);
const SMALL: Style = Style::of(8.5).in_ink(Ink::Grey);
/// Where somebody is to write by hand.
const BY_HAND: &str = "______________________";

/// The bill on one page.
pub(crate) fn print(fonts: &Fonts, bill: &Bill) -> Result<Vec<u8>, Common> {
    sheet(fonts, bill).print(metadata(bill))
}

/// What is on it.
pub(crate) fn sheet<'a>(fonts: &'a Fonts, bill: &Bill) -> Sheet<'a> {
    let number = bill.number.to_string();
    Sheet::filled(fonts, |sheet| {
        head(sheet, bill);
        if let Some(day) = bill.voided {
            voided(sheet, day);
        }
        parties(sheet, bill);
        vehicle(sheet, bill);
        price(sheet, bill);
        odometer(sheet, bill);
        signatures(sheet, bill);
        sheet.foot(&format!("Bill of sale {number}"), "Page 1 of 1");
    })
}

/// What programs read of the paper. The instant is that of the record, so that the same sale makes the same file.
fn metadata(bill: &Bill) -> Metadata {
    let at = bill.recorded_at;
    let small = |n: u32| u8::try_from(n).unwrap_or_default();
    let made = DateTime::new(u16::try_from(at.year()).unwrap_or_default())
        .month(small(at.month()))
        .day(small(at.day()))
        .hour(small(at.hour()))
        .minute(small(at.minute()))
        .second(small(at.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    Metadata::new()
        .title(format!("Bill of sale: {}", bill.vehicle.title()))
        .authors(vec![bill.seller.name.clone()])
        .language("en".to_owned())
        .creator("Forecourt".to_owned())
        .producer("Forecourt".to_owned())
        .document_id(bill.number.to_string())
        .creation_date(made)
}

fn head(sheet: &mut Sheet<'_>, bill: &Bill) {
    let (left, right) = (Column::part(0.0, 0.56), Column::part(0.6, 1.0));
    let seller = &bill.seller;
    sheet.beside([
        &|sheet| {
            sheet.text(
                left,
                Side::Left,
                Style::of(17.0).bold().in_ink(Ink::Accent),
                &seller.name,
            );
            for line in [&seller.phone, &seller.email].into_iter().flatten() {
                sheet.text(left, Side::Left, SMALL, line);
            }
            if let Some(licence) = &seller.licence {
                sheet.text(left, Side::Left, SMALL, &format!("Dealer licence {licence}"));
            }
        },
        &|sheet| {
            sheet.text(right, Side::Right, Style::of(21.0).bold(), "Bill of sale");
            sheet.gap(3.0);
            sheet.text(right, Side::Right, LABEL, "DATE OF SALE");
            sheet.text(right, Side::Right, Style::of(11.0), &in_words(bill.sale_date));
            sheet.gap(3.0);
            sheet.text(right, Side::Right, LABEL, "SALE NUMBER");
            sheet.text(right, Side::Right, SMALL, &bill.number.to_string());
        },
    ]);
    sheet.gap(9.0);
    sheet.rule(Column::WHOLE, 2.0, Ink::Accent);
    sheet.gap(14.0);
}

fn voided(sheet: &mut Sheet<'_>, day: NaiveDate) {
    sheet.across("VOIDED", Ink::Red);
    sheet.on_area(Column::WHOLE, Ink::Rose, 8.0, |sheet, column| {
        let told = format!("VOIDED on {}", in_words(day));
        sheet.text(column, Side::Left, Style::of(11.0).bold().in_ink(Ink::Red), &told);
        let told = "This sale was taken back. The bill is of no effect, and is kept for the records alone.";
        sheet.text(column, Side::Left, Style::of(9.0).in_ink(Ink::Red), told);
    });
    sheet.gap(14.0);
}

fn parties(sheet: &mut Sheet<'_>, bill: &Bill) {
    let columns = [Column::part(0.0, 0.48), Column::part(0.52, 1.0)];
    let [left, right] = columns;
    sheet.beside([&|sheet| party(sheet, left, "SELLER", &bill.seller), &|sheet| {
        party(sheet, right, "BUYER", &bill.buyer);
    }]);
    sheet.gap(16.0);
}

fn party(sheet: &mut Sheet<'_>, column: Column, title: &str, party: &Party) {
    sheet.text(column, Side::Left, LABEL, title);
    let name = party.legal_name.as_ref().unwrap_or(&party.name);
    sheet.text(column, Side::Left, Style::of(11.5).bold(), name);
    if party.address.is_empty() {
        // Two lines to write on.
        sheet.gap(6.0);
        sheet.text(column, Side::Left, SMALL, "Address");
        sheet.rule(column, 0.5, Ink::Grey);
        sheet.gap(18.0);
        sheet.rule(column, 0.5, Ink::Grey);
        sheet.gap(6.0);
    }
    for line in &party.address {
        sheet.text(column, Side::Left, PLAIN, line);
    }
    for line in [&party.phone, &party.email].into_iter().flatten() {
        sheet.text(column, Side::Left, PLAIN, line);
    }
}

fn vehicle(sheet: &mut Sheet<'_>, bill: &Bill) {
    let vehicle = &bill.vehicle;
    let column = |title, part, side| Head { title, part, side };
    let heads = [
        column("YEAR", 0.1, Side::Left),
        column("MAKE", 0.2, Side::Left),
        column("MODEL", 0.21, Side::Left),
        column("VIN", 0.29, Side::Left),
        column("ODOMETER", 0.2, Side::Right),
    ];
    let row = vec![
        vehicle.year.to_string(),
        vehicle.make.clone(),
        vehicle.model.clone(),
        vehicle.vin.to_string(),
        reading(bill).unwrap_or_else(|| "not recorded".to_owned()),
    ];
    sheet.text(
        Column::WHOLE,
        Side::Left,
        Style::of(11.5).bold().in_ink(Ink::Accent),
        "Vehicle",
    );
    sheet.gap(4.0);
    sheet.table(&heads, &[row]);
    sheet.gap(16.0);
}

fn price(sheet: &mut Sheet<'_>, bill: &Bill) {
    let heads = [
        Head {
            title: "DESCRIPTION",
            part: 0.65,
            side: Side::Left,
        },
        Head {
            title: "AMOUNT",
            part: 0.35,
            side: Side::Right,
        },
    ];
    let row = vec![bill.vehicle.title(), amount(bill.price)];
    sheet.text(
        Column::WHOLE,
        Side::Left,
        Style::of(11.5).bold().in_ink(Ink::Accent),
        "Price",
    );
    sheet.gap(4.0);
    sheet.table(&heads, &[row]);
    sheet.gap(6.0);
    let total = Style::of(13.0).bold();
    sheet.beside([
        &|sheet| sheet.text(Column::part(0.0, 0.5).inset(6.0), Side::Left, total, "Total"),
        &|sheet| {
            sheet.text(
                Column::part(0.5, 1.0).inset(6.0),
                Side::Right,
                total,
                &amount(bill.price),
            );
        },
    ]);
    sheet.gap(10.0);
    let told = format!(
        "Paid {}. The seller sells and transfers the vehicle described above to the buyer for this price.",
        paid(bill.payment_method)
    );
    sheet.text(Column::WHOLE, Side::Left, PLAIN, &told);
    sheet.gap(16.0);
}

fn odometer(sheet: &mut Sheet<'_>, bill: &Bill) {
    sheet.text(
        Column::WHOLE,
        Side::Left,
        Style::of(11.5).bold().in_ink(Ink::Accent),
        "Odometer disclosure",
    );
    sheet.gap(3.0);
    let reads = reading(bill).map_or_else(
        || format!("{BY_HAND} miles / kilometres (strike out one; no tenths)"),
        |reads| format!("{reads} (no tenths)"),
    );
    let told = format!(
        "The seller states that on the date of sale the odometer of the vehicle reads {reads}, and that to the best of the \
         seller's knowledge this is the actual distance driven, unless one of these boxes is ticked:"
    );
    sheet.text(Column::WHOLE, Side::Left, PLAIN, &told);
    sheet.gap(4.0);
    for told in [
        "The reading is beyond what the odometer can show (its mechanical limits).",
        "The reading is not the actual distance. WARNING: ODOMETER DISCREPANCY.",
    ] {
        sheet.tick(Column::WHOLE.inset(6.0), PLAIN, told);
    }
    sheet.gap(22.0);
}

fn signatures(sheet: &mut Sheet<'_>, bill: &Bill) {
    let [left, right] = [Column::part(0.0, 0.46), Column::part(0.54, 1.0)];
    let sign = |sheet: &mut Sheet<'_>, column: Column, role: &str, party: &Party| {
        sheet.gap(26.0);
        sheet.rule(column, 0.8, Ink::Black);
        sheet.gap(3.0);
        sheet.text(column, Side::Left, SMALL, &format!("{role}: signature, date"));
        sheet.text(
            column,
            Side::Left,
            PLAIN,
            party.legal_name.as_ref().unwrap_or(&party.name),
        );
    };
    sheet.beside([&|sheet| sign(sheet, left, "Seller", &bill.seller), &|sheet| {
        sign(sheet, right, "Buyer", &bill.buyer);
    }]);
}

/// `98,000 mi`; none where none was recorded.
fn reading(bill: &Bill) -> Option<String> {
    let odometer = bill.vehicle.odometer?;
    let unit = match odometer.unit {
        DistanceUnit::Mi => "miles",
        DistanceUnit::Km => "km",
    };
    Some(format!("{} {unit}", grouped(&odometer.value.to_string())))
}

/// `18,500.00 USD`.
fn amount(price: Money) -> String {
    let plain = price.amount();
    let (whole, rest) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
    format!("{}{rest} {}", grouped(whole), price.currency().code())
}

/// Digits in groups of three.
fn grouped(digits: &str) -> String {
    let count = digits.len();
    let grouped = digits.chars().enumerate().flat_map(|(n, digit)| {
        let comma = n > 0 && (count.saturating_sub(n)).is_multiple_of(3);
        comma.then_some(',').into_iter().chain([digit])
    });
    grouped.collect()
}

/// `June 1, 2026`: no country reads it as another day.
fn in_words(day: NaiveDate) -> String {
    day.format("%B %-d, %Y").to_string()
}

const fn paid(method: PaymentMethod) -> &'static str {
    match method {
        PaymentMethod::Cash => "in cash",
        PaymentMethod::Card => "by card",
        PaymentMethod::BankTransfer => "by bank transfer",
        PaymentMethod::Finance => "by finance",
        PaymentMethod::TradeIn => "by trade-in",
        PaymentMethod::Other => "by other means",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_grouped() {
        for (plain, shown) in [
            ("0", "0"),
            ("999", "999"),
            ("1000", "1,000"),
            ("1234567", "1,234,567"),
        ] {
            assert_eq!(grouped(plain), shown);
        }
    }
}
