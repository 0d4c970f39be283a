//! The platform's own pages.

use std::sync::Arc;

use ::content::use_cases::{ReadPages, WritePages};
use api::content::ContentServices;
use database::content::{SqlVersionQueries, SqlVersions};
use markdown::SafeMarkdown;

use super::Ground;

/// The use cases on the database.
pub(super) fn services(ground: &Ground) -> ContentServices {
    let queries = Arc::new(SqlVersionQueries::new(ground.db.clone()));
    ContentServices {
        read: ReadPages {
            queries: queries.clone(),
            renderer: Arc::new(SafeMarkdown::default()),
        },
        write: WritePages {
            versions: Arc::new(SqlVersions::new(ground.db.clone())),
            queries,
            ids: ground.ids.clone(),
        },
    }
}
