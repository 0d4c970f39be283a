//! Markdown (CommonMark, with tables and strike-through) as HTML that is safe to show.
//!
//! Nothing is cleaned afterwards: what could do harm is never made. The parser tells what it reads as events; raw HTML is left out,
//! links lead only where `address::leads_somewhere` says, and all else is text, which the writer escapes. So each element of the answer
//! is one of those that Markdown has words for. The tests read it as a browser would, and look at every element and attribute.

mod address;

use std::sync::Arc;

use content::ports::Renderer;
use moka::sync::Cache;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html};

/// Pages that are kept ready: there are three, and their versions before.
const KEPT: u64 = 16;
/// What stands for a page: somewhat more than its words.
const MARKUP: usize = 1_024;

/// The renderer. What it rendered it keeps for the next reader.
#[derive(Clone, Debug)]
pub struct SafeMarkdown {
    rendered: Cache<String, Arc<str>>,
}

impl Default for SafeMarkdown {
    fn default() -> Self {
        Self {
            rendered: Cache::new(KEPT),
        }
    }
}

impl Renderer for SafeMarkdown {
    fn html(&self, markdown: &str) -> String {
        if let Some(known) = self.rendered.get(markdown) {
            return known.to_string();
        }
        let html = render(markdown);
        self.rendered.insert(markdown.to_owned(), html.as_str().into());
        html
    }
}

/// The HTML of a text.
pub fn render(markdown: &str) -> String {
    let parser = Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    let mut html = String::with_capacity(markdown.len().saturating_add(MARKUP));
    html::push_html(&mut html, safe(parser));
    html
}

/// The events without raw HTML, and without links and pictures that lead nowhere good; what such a link says stays, as text.
fn safe<'a>(events: impl Iterator<Item = Event<'a>>) -> impl Iterator<Item = Event<'a>> {
    // Of each link or picture that is open, whether it is shown.
    let mut shown = Vec::new();
    events.filter(move |event| match event {
        Event::Html(_) | Event::InlineHtml(_) => false,
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
            let good = address::leads_somewhere(dest_url);
            shown.push(good);
            good
        }
        Event::End(TagEnd::Link | TagEnd::Image) => shown.pop().unwrap_or(false),
        _ => true,
    })
}
