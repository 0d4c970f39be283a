//! Papers as PDF, made by krilla with fonts that are part of the program.
//!
//! | module | holds |
//! | --- | --- |
//! | `fonts` | the faces, and which of them has a character |
//! | `text` | a line of text as glyphs: direction, face by face, shaped |
//! | `sheet` | a page that is filled from above: headings, columns, tables, paragraphs, signatures; and scaled down until it is one page |
//! | `bill` | a bill of sale on such a sheet |
//!
//! The next paper (an invoice, say) is a file beside `bill`, and a port of its domain crate beside [`Printer`]. The same paper is
//! always the same bytes: its dates and ids are those of what it is about.

mod bill;
mod fonts;
mod sheet;
mod style;
#[cfg(test)]
mod tests;
mod text;

use std::sync::Arc;

use async_trait::async_trait;
use kernel::error::Common;
use sales::bill::Bill;
use sales::ports::Printer;
use tokio::sync::Semaphore;

use crate::fonts::Fonts;

/// Papers that are made at once: each takes some milliseconds of a processor.
const AT_ONCE: usize = 2;

/// Prints papers, off the async threads and few at once.
#[derive(Clone)]
pub struct PdfPrinter {
    fonts: Arc<Fonts>,
    places: Arc<Semaphore>,
}

impl PdfPrinter {
    /// Reads the fonts.
    ///
    /// # Errors
    /// Where one of them can't be read: a defect of the build.
    pub fn new() -> Result<Self, Common> {
        Ok(Self {
            fonts: Arc::new(Fonts::read()?),
            places: Arc::new(Semaphore::new(AT_ONCE)),
        })
    }

    /// The bill as a PDF, on this very thread.
    ///
    /// # Errors
    /// Where the PDF can't be written: a defect.
    pub fn bill_of_sale(&self, bill: &Bill) -> Result<Vec<u8>, Common> {
        bill::print(&self.fonts, bill)
    }
}

#[async_trait]
impl Printer for PdfPrinter {
    async fn bill_of_sale(&self, bill: Bill) -> Result<Vec<u8>, Common> {
        let lost =
            |error: &dyn std::fmt::Display| Common::internal(format!("a bill was not printed: {error}"));
        let place = Arc::clone(&self.places)
            .acquire_owned()
            .await
            .map_err(|e| lost(&e))?;
        let printer = self.clone();
        let printed = tokio::task::spawn_blocking(move || {
            let printed = printer.bill_of_sale(&bill);
            drop(place);
            printed
        });
        printed.await.map_err(|e| lost(&e))?
    }
}
