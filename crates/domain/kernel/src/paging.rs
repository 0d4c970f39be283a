//! Lists: a page by number, or a page by cursor.

use serde::{Deserialize, Serialize};

/// Items a page when the caller names none.
pub const DEFAULT_PAGE_SIZE: u32 = 20;
/// Items a page at most.
pub const MAX_PAGE_SIZE: u32 = 100;

/// Where in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Position {
    /// Page `n`, from 1 on.
    Page(u32),
    /// Keyset paging: an opaque token of an earlier answer, or empty for the first page.
    Cursor(String),
}

/// Which part of a list, in which order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Items a page, 1 to [`MAX_PAGE_SIZE`].
    pub size: u32,
    /// Where.
    pub position: Position,
    /// Whether to count the whole list.
    pub count: bool,
    /// The order asked for; empty means the list's own. The id always comes last.
    pub sort: Vec<Sort>,
}

impl Default for PageRequest {
    fn default() -> Self {
        Self {
            size: DEFAULT_PAGE_SIZE,
            position: Position::Page(1),
            count: true,
            sort: Vec::new(),
        }
    }
}

/// One key of an order.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sort {
    /// Public name of the field.
    pub field: String,
    /// Largest first.
    pub descending: bool,
}

impl Sort {
    /// Reads `-created_at,price`.
    pub fn parse_list(text: &str) -> Vec<Self> {
        text.split(',')
            .map(str::trim)
            .filter(|key| !key.is_empty())
            .map(|key| match key.strip_prefix('-') {
                Some(field) => Self {
                    field: field.to_owned(),
                    descending: true,
                },
                None => Self {
                    field: key.to_owned(),
                    descending: false,
                },
            })
            .collect()
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, in order.
    pub items: Vec<T>,
    /// How many the whole list has, when asked for.
    pub count: Option<u64>,
    /// Where the next page starts, when there is one.
    pub next: Option<Position>,
    /// Where the page before starts, when there is one.
    pub previous: Option<Position>,
}

impl<T> Page<T> {
    /// The same page of other items.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(change).collect(),
            count: self.count,
            next: self.next,
            previous: self.previous,
        }
    }
}
