//! The letters about sales say what they are given; the one that asks carries its token.

use serde_json::json;

use crate::written;

#[test]
fn a_buyer_reads_what_was_recorded() {
    let purchase = "0197a6c2-7c00-7000-8000-000000000001";
    for template in ["sale_closed", "sale_confirm", "sale_voided"] {
        let params = json!({
            "sale_id": purchase, "purchase_id": purchase, "name": "Bo Lund", "seller": "Oak & Elm",
            "vehicle": "2003 Honda Accord", "price": "4200.00 USD", "sale_date": "2026-06-08"
        });
        let written = written(template, params);
        assert!(
            written.subject.contains("2003 Honda Accord"),
            "{}",
            written.subject
        );
        assert!(written.text.contains("Oak & Elm") && written.text.contains("4200.00 USD"));
        assert_eq!(
            written.text.contains("token-of-"),
            template == "sale_confirm",
            "{template}"
        );
    }
}
