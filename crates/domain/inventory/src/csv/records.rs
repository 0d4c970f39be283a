//! Cells out of bytes, pushed in as they arrive: bounded memory, no reader to wait for.
//!
//! Forgiven: a byte order mark, `\n`, `\r\n` or `\r` as line ends, blank lines, and `;` or tab instead of the comma (the
//! first line tells).

use std::collections::VecDeque;

/// Bytes that one record may have. An unclosed quotation mark would otherwise swallow the file.
pub const LONGEST_RECORD: usize = 256 * 1024;
/// Cells that one record may have.
pub const MOST_CELLS: usize = 256;

/// One record of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// As a spreadsheet numbers it: the header is row 1. Blank lines count.
    pub row: u64,
    /// The cells. A cell that is not UTF-8 is an error of its own.
    pub cells: Vec<Result<String, NotText>>,
}

/// A cell whose bytes are not UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotText;

/// The file can't be read on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "row {row} is longer than {LONGEST_RECORD} bytes or has more than {MOST_CELLS} cells: is a quotation mark left open?"
)]
pub struct Unreadable {
    /// Where it began.
    pub row: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the beginning of a cell.
    Start,
    /// In a cell without quotation marks.
    Plain,
    /// Between quotation marks.
    Quoted,
    /// After a quotation mark that closes, or is the first of two.
    Closing,
}

/// Takes bytes, gives records.
///
/// ```
/// use forecourt_inventory::csv::Records;
/// let mut records = Records::new();
/// records.push(b"vin,make\r\n1HG").unwrap();
/// records.push(b"CM82633A004352,\"Ho\"\"nda\"").unwrap();
/// records.finish().unwrap();
/// assert_eq!(records.next().unwrap().cells[0].as_deref(), Ok("vin"));
/// assert_eq!(records.next().unwrap().cells[1].as_deref(), Ok("Ho\"nda"));
/// assert!(records.next().is_none());
/// ```
pub struct Records {
    state: State,
    delimiter: Option<u8>,
    /// The first line, until the delimiter is known.
    head: Vec<u8>,
    cell: Vec<u8>,
    cells: Vec<Result<String, NotText>>,
    size: usize,
    row: u64,
    after_return: bool,
    ready: VecDeque<Record>,
}

impl Default for Records {
    fn default() -> Self {
        Self::new()
    }
}

impl Records {
    /// At the beginning of a file.
    pub const fn new() -> Self {
        Self {
            state: State::Start,
            delimiter: None,
            head: Vec::new(),
            cell: Vec::new(),
            cells: Vec::new(),
            size: 0,
            row: 1,
            after_return: false,
            ready: VecDeque::new(),
        }
    }

    /// Takes the next bytes of the file.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Unreadable> {
        if let Some(delimiter) = self.delimiter {
            return self.take(bytes, delimiter);
        }
        self.head.extend_from_slice(bytes);
        if self.head.iter().any(|b| matches!(b, b'\n' | b'\r')) || self.head.len() > LONGEST_RECORD {
            self.begin()
        } else {
            Ok(())
        }
    }

    /// Takes the end of the file.
    pub fn finish(&mut self) -> Result<(), Unreadable> {
        if self.delimiter.is_none() {
            self.begin()?;
        }
        if self.state == State::Quoted {
            return Err(Unreadable { row: self.row });
        }
        if self.size > 0 {
            self.end_record()?;
        }
        Ok(())
    }

    /// The next whole record.
    #[expect(
        clippy::should_implement_trait,
        reason = "None means: not yet, push more; an iterator would be over"
    )]
    pub fn next(&mut self) -> Option<Record> {
        self.ready.pop_front()
    }

    /// The first line is there: finds the delimiter, and reads what has come.
    fn begin(&mut self) -> Result<(), Unreadable> {
        let head = std::mem::take(&mut self.head);
        let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&head);
        let delimiter = delimiter_of(head);
        self.delimiter = Some(delimiter);
        self.take(head, delimiter)
    }

    fn take(&mut self, bytes: &[u8], delimiter: u8) -> Result<(), Unreadable> {
        for byte in bytes {
            self.byte(*byte, delimiter)?;
        }
        Ok(())
    }

    fn byte(&mut self, byte: u8, delimiter: u8) -> Result<(), Unreadable> {
        let line_feed_of_a_pair = std::mem::take(&mut self.after_return) && byte == b'\n';
        if line_feed_of_a_pair {
            return Ok(());
        }
        if self.state == State::Quoted {
            match byte {
                b'"' => self.state = State::Closing,
                _ => self.cell.push(byte),
            }
            return self.grow();
        }
        match byte {
            b'"' if self.state == State::Start => self.state = State::Quoted,
            b'"' if self.state == State::Closing => {
                self.cell.push(byte);
                self.state = State::Quoted;
            }
            b'\n' | b'\r' => {
                self.after_return = byte == b'\r';
                return self.end_record();
            }
            _ if byte == delimiter => {
                self.size += 1;
                return self.end_cell();
            }
            _ => {
                self.cell.push(byte);
                self.state = State::Plain;
            }
        }
        self.grow()
    }

    fn grow(&mut self) -> Result<(), Unreadable> {
        self.size += 1;
        if self.size > LONGEST_RECORD {
            return Err(Unreadable { row: self.row });
        }
        Ok(())
    }

    fn end_cell(&mut self) -> Result<(), Unreadable> {
        let cell = String::from_utf8(std::mem::take(&mut self.cell)).map_err(|_| NotText);
        self.cells.push(cell);
        self.state = State::Start;
        if self.cells.len() > MOST_CELLS {
            return Err(Unreadable { row: self.row });
        }
        Ok(())
    }

    fn end_record(&mut self) -> Result<(), Unreadable> {
        let blank = self.size == 0;
        if !blank {
            self.end_cell()?;
            let cells = std::mem::take(&mut self.cells);
            self.ready.push_back(Record { row: self.row, cells });
        }
        self.state = State::Start;
        self.size = 0;
        self.row += 1;
        Ok(())
    }
}

/// The one of comma, semicolon and tab that the first line has most of, outside quotation marks.
fn delimiter_of(head: &[u8]) -> u8 {
    let mut counts = [0_usize; 3];
    let mut quoted = false;
    for byte in head {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            b',' => counts[0] += 1,
            b';' => counts[1] += 1,
            b'\t' => counts[2] += 1,
            _ => {}
        }
    }
    let [commas, semicolons, tabs] = counts;
    if commas >= semicolons && commas >= tabs {
        b','
    } else if semicolons >= tabs {
        b';'
    } else {
        b'\t'
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(bytes: &[u8], step: usize) -> Vec<Vec<String>> {
        let mut records = Records::new();
        let mut all = Vec::new();
        for part in bytes.chunks(step) {
            records.push(part).unwrap();
        }
        records.finish().unwrap();
        while let Some(record) = records.next() {
            all.push(record.cells.into_iter().map(Result::unwrap).collect());
        }
        all
    }

    #[test]
    fn line_ends_marks_and_delimiters_are_forgiven() {
        for text in [
            "a,b\n1,2\n",
            "a,b\r\n1,2",
            "\u{feff}a;b\r1;2\r",
            "a\tb\n\n1\t2\n\n",
        ] {
            assert_eq!(read(text.as_bytes(), 1), [["a", "b"], ["1", "2"]], "{text:?}");
        }
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_does() {
        let mut records = Records::new();
        records.push(b"a\n\n\"x\ny\"\nz\n").unwrap();
        records.finish().unwrap();
        let rows: Vec<u64> = std::iter::from_fn(|| records.next()).map(|r| r.row).collect();
        assert_eq!(rows, [1, 3, 4]);
    }

    #[test]
    fn an_open_quotation_mark_is_told() {
        let mut records = Records::new();
        records.push(b"a\n\"b\nc").unwrap();
        assert_eq!(records.finish(), Err(Unreadable { row: 2 }));
        let mut endless = Records::new();
        endless.push(b"a\n\"").unwrap();
        assert!(endless.push(&vec![b'x'; LONGEST_RECORD + 1]).is_err());
    }

    #[test]
    fn a_cell_that_is_no_text_is_an_error_of_its_own() {
        let mut records = Records::new();
        records.push(b"a,b\n\xff,2\n").unwrap();
        records.next();
        assert_eq!(records.next().unwrap().cells, [Err(NotText), Ok("2".to_owned())]);
    }

    proptest! {
        #[test]
        fn what_the_csv_crate_writes_is_read_whatever_the_steps(
            rows in prop::collection::vec(prop::collection::vec("[a-z,;\"\n\r\t é]{0,6}", 3), 1..8), step in 1..7_usize,
        ) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(["h1", "h2", "h3"]).unwrap();
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let bytes = writer.into_inner().unwrap();
            let seen = read(&bytes, step);
            prop_assert_eq!(&seen[1..], &rows[..]);
        }

        #[test]
        fn no_bytes_break_it(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut records = Records::new();
            let _ = records.push(&bytes);
            let _ = records.finish();
        }
    }
}
