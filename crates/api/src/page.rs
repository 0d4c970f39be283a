//! Lists: `{results, count, next, previous}`, by page or by cursor.

use actix_web::HttpRequest;
use kernel::error::Common;
use kernel::paging::{DEFAULT_PAGE_SIZE, Page, PageRequest, Position, Sort};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Core;

/// The parameters of every list. Put it into `params(…)` beside the list's own filters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// Page number, from 1 on. Not together with `cursor`.
    #[param(minimum = 1, maximum = 100_000_000)]
    page: Option<u32>,
    /// Items a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    page_size: Option<u32>,
    /// Starts (when empty) or goes on with paging by cursor, whose pages cost the same however deep.
    #[param(max_length = 2_000)]
    cursor: Option<String>,
    /// `false` leaves the count out.
    #[param(default = true)]
    count: Option<bool>,
    /// Fields to order by, separated by commas, `-` for largest first.
    #[param(max_length = 200)]
    ordering: Option<String>,
}

impl PageParams {
    /// What is asked for.
    pub fn request(&self) -> Result<PageRequest, Common> {
        let position = match (&self.cursor, self.page) {
            (Some(_), Some(_)) => {
                return Err(Common::invalid(
                    "page",
                    "page_and_cursor",
                    "give page or cursor, not both",
                ));
            }
            (Some(cursor), None) => Position::Cursor(cursor.clone()),
            (None, page) => Position::Page(page.unwrap_or(1)),
        };
        Ok(PageRequest {
            size: self.page_size.unwrap_or(DEFAULT_PAGE_SIZE),
            position,
            count: self.count.unwrap_or(true),
            sort: self.ordering.as_deref().map(Sort::parse_list).unwrap_or_default(),
        })
    }
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageDto<T> {
    /// The items, in order.
    pub results: Vec<T>,
    /// How many the whole list has; `null` when it was not counted.
    pub count: Option<u64>,
    /// The next page.
    pub next: Option<String>,
    /// The page before.
    pub previous: Option<String>,
}

impl<T> PageDto<T> {
    /// A page whose links continue the way the client came.
    pub fn of<U: Into<T>>(page: Page<U>, request: &HttpRequest, core: &Core) -> Self {
        let link = |position: Option<Position>| position.map(|position| link(&position, request, core));
        Self {
            next: link(page.next),
            previous: link(page.previous),
            count: page.count,
            results: page.items.into_iter().map(Into::into).collect(),
        }
    }
}

/// This request's URL, at another position.
pub fn link(position: &Position, request: &HttpRequest, core: &Core) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in url::form_urlencoded::parse(request.query_string().as_bytes())
        .filter(|(name, _)| name != "page" && name != "cursor")
    {
        query.append_pair(&name, &value);
    }
    match position {
        Position::Page(page) => query.append_pair("page", &page.to_string()),
        Position::Cursor(cursor) => query.append_pair("cursor", cursor),
    };
    format!(
        "{}{}?{}",
        core.settings.public_url,
        request.path(),
        query.finish()
    )
}

/// A list that is always told whole.
pub(crate) fn whole<T>(items: impl Iterator<Item = T>) -> PageDto<T> {
    let results: Vec<T> = items.collect();
    PageDto {
        count: u64::try_from(results.len()).ok(),
        results,
        next: None,
        previous: None,
    }
}
