//! Pages of lists in memory.

use kernel::error::Common;
use kernel::paging::{Page, PageRequest, Position};

/// A page of things that are in order already, by number; a cursor is the number of its page.
pub(crate) fn page_of<T>(all: Vec<T>, request: &PageRequest) -> Result<Page<T>, Common> {
    let (number, by_cursor) = match &request.position {
        Position::Page(number) => (*number, false),
        Position::Cursor(text) if text.is_empty() => (1, true),
        Position::Cursor(text) => (
            text.parse()
                .map_err(|_| Common::invalid("cursor", "malformed_cursor", "not a cursor of this list"))?,
            true,
        ),
    };
    let position = |number: u32| {
        if by_cursor {
            Position::Cursor(number.to_string())
        } else {
            Position::Page(number)
        }
    };
    let size = usize::try_from(request.size.max(1)).unwrap_or(usize::MAX);
    let skip = size.saturating_mul(usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX));
    let total = all.len();
    Ok(Page {
        count: request.count.then(|| u64::try_from(total).unwrap_or(u64::MAX)),
        next: (total > skip.saturating_add(size)).then(|| position(number.saturating_add(1))),
        previous: (number > 1).then(|| position(number.saturating_sub(1))),
        items: all.into_iter().skip(skip).take(size).collect(),
    })
}
