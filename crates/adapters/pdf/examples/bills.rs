//! Prints bills of sale into a folder: `cargo run -p forecourt-pdf --example bills -- .`. `scripts/try-pdf` has others read them.
#![expect(clippy::expect_used, clippy::print_stdout, reason = "an example")]

mod samples;

use forecourt_pdf::PdfPrinter;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args()
        .nth(1)
        .ok_or("Into which folder? Give its path.")?;
    let printer = PdfPrinter::new()?;
    for (name, bill) in samples::all() {
        let path = format!("{folder}/{name}.pdf");
        std::fs::write(&path, printer.bill_of_sale(&bill)?)?;
        println!("{path}");
    }
    Ok(())
}
