//! What is promised of every paper, whatever it says.

#[path = "../examples/samples/mod.rs"]
mod samples;

use std::sync::LazyLock;

use proptest::prelude::*;

use crate::PdfPrinter;
use crate::bill;

/// How many pages a PDF has.
fn pages(pdf: &[u8]) -> usize {
    let text = String::from_utf8_lossy(pdf).replace("/Type /", "/Type/");
    text.matches("/Type/Page").count() - text.matches("/Type/Pages").count()
}

fn one_page(printer: &PdfPrinter, name: &str, bill: &sales::bill::Bill) {
    let pdf = printer.bill_of_sale(bill).unwrap();
    assert!(pdf.starts_with(b"%PDF-"), "{name}");
    assert_eq!(pages(&pdf), 1, "{name}");
    assert!(
        bill::sheet(&printer.fonts, bill).holds_all(),
        "{name} goes beyond the page"
    );
}

#[test]
fn every_bill_is_one_page_that_holds_all_of_it() {
    let printer = PdfPrinter::new().unwrap();
    for (name, bill) in samples::all() {
        one_page(&printer, name, &bill);
    }
}

#[test]
fn the_same_sale_is_the_same_bytes() {
    for (name, bill) in samples::all() {
        // Another printer, as after a restart.
        let [first, second] = [(); 2].map(|()| PdfPrinter::new().unwrap().bill_of_sale(&bill).unwrap());
        assert!(first == second, "{name} differs from itself");
    }
    let printer = PdfPrinter::new().unwrap();
    let [stands, fell] =
        [samples::plain(), samples::voided()].map(|bill| printer.bill_of_sale(&bill).unwrap());
    assert!(stands != fell, "a voided sale can be told");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_text_makes_it_fail(text in prop_oneof![any::<String>(), "[\\p{Arabic}\\p{Hebrew}\\p{Latin} ]{0,200}", "\\PC{0,200}"]) {
        static PRINTER: LazyLock<PdfPrinter> = LazyLock::new(|| PdfPrinter::new().unwrap());
        one_page(&PRINTER, &text, &samples::full_of(&text));
    }
}
