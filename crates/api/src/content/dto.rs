//! Shapes of pages.

use ::content::page::Page;
use ::content::request::{NewVersion, VersionChanges};
use ::content::use_cases::Shown;
use ::content::version::Version;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::patch::Patch;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// A page of the platform's own words.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum ContentPageDto {
    PrivacyPolicy,
    TermsAndConditions,
    AboutUs,
}

impl From<Page> for ContentPageDto {
    fn from(page: Page) -> Self {
        match page {
            Page::PrivacyPolicy => Self::PrivacyPolicy,
            Page::TermsAndConditions => Self::TermsAndConditions,
            Page::AboutUs => Self::AboutUs,
        }
    }
}

/// What a page says.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ContentDto {
    /// The version, which is kept for ever.
    id: Uuid,
    page: ContentPageDto,
    /// The words, in Markdown.
    #[schema(example = "# Terms\n\nBe **kind**.")]
    content: String,
    /// The same as HTML that can be put into a page as it is: no script, no style sheet, no attribute that acts, no links but to web
    /// pages, addresses of e-mail and telephones. Raw HTML in the Markdown is left out.
    #[schema(example = "<h1>Terms</h1>\n<p>Be <strong>kind</strong>.</p>\n")]
    html: String,
    effective_date: NaiveDate,
    /// Since when it is in force.
    in_force_from: DateTime<Utc>,
}

impl From<Shown> for ContentDto {
    fn from(Shown { version, html }: Shown) -> Self {
        Self {
            id: version.id.uuid(),
            page: version.page.into(),
            html,
            effective_date: version.effective_date,
            in_force_from: version.in_force_from(),
            content: version.content,
        }
    }
}

/// When.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct InForceAt {
    /// An instant of the past: what the page said then. Without it, what it says now.
    pub(super) at: Option<DateTime<Utc>>,
}

/// A version of a page.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ContentVersionDto {
    id: Uuid,
    page: ContentPageDto,
    /// The words, in Markdown.
    content: String,
    /// The day on which it takes effect, by UTC.
    effective_date: NaiveDate,
    /// Whether its day has come: then it is in force, or has been, and is kept for ever.
    kept: bool,
    /// Who wrote it; `null` for the program.
    written_by: Option<Uuid>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    version: i64,
}

impl ContentVersionDto {
    /// The version as it is at this instant.
    pub(super) fn of(version: Version, at: DateTime<Utc>) -> Self {
        Self {
            id: version.id.uuid(),
            page: version.page.into(),
            effective_date: version.effective_date,
            kept: version.has_been_in_force(at),
            written_by: version.written_by.map(|user| user.uuid()),
            created_at: version.created_at,
            updated_at: version.updated_at,
            version: version.version,
            content: version.content,
        }
    }
}

/// A version to write, or to put in the place of one that is to come.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "content": "# Terms\n\nBe **kind**.", "effective_date": "2030-01-01" }))]
pub(super) struct NewContentVersionDto {
    /// The words, in Markdown: CommonMark, with tables.
    #[schema(min_length = 1, max_length = 60_000)]
    content: String,
    /// The day on which it takes effect, by UTC; today where none is given. A day has one version of a page.
    effective_date: Option<NaiveDate>,
}

impl From<NewContentVersionDto> for NewVersion {
    fn from(dto: NewContentVersionDto) -> Self {
        Self {
            content: dto.content,
            effective_date: dto.effective_date,
        }
    }
}

/// A merge patch of a version.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "effective_date": "2030-02-01" }))]
pub(super) struct PatchContentVersionDto {
    #[schema(value_type = Option<String>, min_length = 1, max_length = 60_000)]
    #[serde(default)]
    content: Patch<String>,
    /// `null` for today.
    #[schema(value_type = Option<NaiveDate>)]
    #[serde(default)]
    effective_date: Patch<NaiveDate>,
}

impl From<PatchContentVersionDto> for VersionChanges {
    fn from(dto: PatchContentVersionDto) -> Self {
        Self {
            content: dto.content,
            effective_date: dto.effective_date,
        }
    }
}
