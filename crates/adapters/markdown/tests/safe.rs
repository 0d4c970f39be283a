//! What is rendered, read as a browser reads it: every element, every attribute, every address.

use std::time::{Duration, Instant};

use content::ports::Renderer as _;
use forecourt_markdown::{SafeMarkdown, render};
use html5ever::tendril::TendrilSink as _;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use proptest::prelude::*;

/// What Markdown has words for, with the attributes that may stand there.
const ELEMENTS: &[(&str, &[&str])] = &[
    ("html", &[]),
    ("head", &[]),
    ("body", &[]),
    ("p", &[]),
    ("br", &[]),
    ("hr", &[]),
    ("h1", &[]),
    ("h2", &[]),
    ("h3", &[]),
    ("h4", &[]),
    ("h5", &[]),
    ("h6", &[]),
    ("em", &[]),
    ("strong", &[]),
    ("del", &[]),
    ("code", &["class"]),
    ("pre", &[]),
    ("blockquote", &[]),
    ("ul", &[]),
    ("ol", &["start"]),
    ("li", &[]),
    ("table", &[]),
    ("thead", &[]),
    ("tbody", &[]),
    ("tr", &[]),
    ("th", &["style"]),
    ("td", &["style"]),
    ("a", &["href", "title"]),
    ("img", &["src", "alt", "title"]),
];

/// Whatever is wrong with a piece of HTML.
fn faults(html: &str) -> Vec<String> {
    let document = parse_document(RcDom::default(), ParseOpts::default()).one(html);
    let mut found = Vec::new();
    let mut open: Vec<Handle> = vec![document.document.clone()];
    while let Some(node) = open.pop() {
        open.extend(node.children.borrow().iter().cloned());
        let NodeData::Element { name, attrs, .. } = &node.data else {
            match &node.data {
                NodeData::Comment { .. }
                | NodeData::ProcessingInstruction { .. }
                | NodeData::Doctype { .. } => {
                    found.push(format!("{:?}", node.data));
                }
                _ => {}
            }
            continue;
        };
        let element: &str = &name.local;
        let Some((_, allowed)) = ELEMENTS.iter().find(|(known, _)| *known == element) else {
            found.push(format!("<{element}>"));
            continue;
        };
        for attribute in attrs.borrow().iter() {
            let (attribute, value): (&str, &str) = (&attribute.name.local, &attribute.value);
            let harmless = allowed.contains(&attribute)
                && match attribute {
                    "href" | "src" => harmless(value),
                    "style" => {
                        ["text-align: left", "text-align: center", "text-align: right"].contains(&value)
                    }
                    _ => true,
                };
            if !harmless {
                found.push(format!("<{element} {attribute}={value:?}>"));
            }
        }
    }
    found
}

/// An address as a browser reads it: without what it leaves out, of a scheme that does nothing.
fn harmless(address: &str) -> bool {
    let read: String = address
        .trim_matches(|c: char| c <= ' ')
        .chars()
        .filter(|c| !matches!(c, '\t' | '\n' | '\r'))
        .collect();
    let letters = |scheme: &str| {
        scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    };
    match read.split_once(':') {
        Some((scheme, _)) if letters(scheme) && scheme.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            ["http", "https", "mailto", "tel"].contains(&scheme.to_ascii_lowercase().as_str())
        }
        _ => true,
    }
}

#[test]
fn nothing_of_the_hostile_folder_gets_through() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hostile");
    let mut read = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let found = faults(&render(&text));
        assert!(found.is_empty(), "{}: {found:#?}", path.display());
        // The same words in every other place that Markdown has.
        for around in [
            ("> ", ""),
            ("* ", ""),
            ("# ", ""),
            ("**", "**"),
            ("[", "](/x)"),
            ("![", "](/x)"),
            ("| a |\n| - |\n| ", " |"),
        ] {
            for line in text.lines() {
                let found = faults(&render(&format!("{}{line}{}", around.0, around.1)));
                assert!(found.is_empty(), "{line:?} in {around:?}: {found:#?}");
            }
        }
        read += 1;
    }
    assert!(read >= 4, "{read} files");
}

#[test]
fn the_test_sees_what_is_wrong() {
    for wrong in [
        "<p onclick=x>",
        "<script>1</script>",
        "<a href='java&Tab;script:x'>",
        "<!-- x -->",
        "<p style='x'>",
        "<td style='color: red'>",
        "<svg>",
    ] {
        let wrong = if wrong.starts_with("<td") {
            format!("<table><tr>{wrong}")
        } else {
            wrong.to_owned()
        };
        assert!(!faults(&wrong).is_empty(), "{wrong}");
    }
}

#[test]
fn what_markdown_says_is_shown() {
    let text = "# Terms\n\nYou *agree* to **this** and ~~that~~: [mail](mailto:a@example.com), <https://example.com>.\n\n\
                1. One\n2. Two\n\n| Fee | |\n| --- | ---: |\n| Late | $5 |\n\n![Hall](/hall.jpg \"The hall\")\n\n5 < 6 & 7";
    let html = render(text);
    for part in [
        "<h1>Terms</h1>",
        "<em>agree</em>",
        "<strong>this</strong>",
        "<del>that</del>",
        "<a href=\"mailto:a@example.com\">mail</a>",
        "<a href=\"https://example.com\">https://example.com</a>",
        "<ol>\n<li>One</li>",
        "<td style=\"text-align: right\">$5</td>",
        "<img src=\"/hall.jpg\" alt=\"Hall\" title=\"The hall\" />",
        "5 &lt; 6 &amp; 7",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    assert!(faults(&html).is_empty(), "{:?}", faults(&html));
}

#[test]
fn a_link_that_is_refused_leaves_its_words() {
    let html = render("Read [the *terms*](javascript:alert(1)), please.");
    assert_eq!(html, "<p>Read the <em>terms</em>, please.</p>\n");
}

#[test]
fn what_was_rendered_is_the_same_the_next_time() {
    let renderer = SafeMarkdown::default();
    let first = renderer.html("*a*");
    assert_eq!(first, renderer.html("*a*"));
    assert_ne!(first, renderer.html("*b*"));
}

#[test]
fn no_text_takes_long() {
    let piles = [
        "> ", "* ", "[", "![", "**a", "_a*", "`", "<", "<a ", "](", "[a](", "| ", "\\", "&", "<!--", "1. ",
        "#", "~~a ",
    ];
    for pile in piles {
        let text = pile.repeat(60_000 / pile.len());
        let started = Instant::now();
        let html = render(&text);
        let took = started.elapsed();
        assert!(took < Duration::from_secs(5), "{pile:?} took {took:?}");
        assert!(html.len() < 4_000_000, "{pile:?} grows to {} bytes", html.len());
    }
}

proptest! {
    #[test]
    fn whatever_is_written_is_harmless(text in hostile()) {
        let found = faults(&render(&text));
        prop_assert!(found.is_empty(), "{found:?} from {text:?}");
    }
}

/// Pieces of markup, put together by chance.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<script>"),
        Just("</script>"),
        Just("<img src=x onerror=alert(1)>"),
        Just("[a]("),
        Just(")"),
        Just("javascript:"),
        Just("&#x6A;"),
        Just("\n\n"),
        Just("\n"),
        Just("> "),
        Just("    "),
        Just("```"),
        Just("\""),
        Just("'"),
        Just("<!--"),
        Just("-->"),
        Just("<![CDATA["),
        Just("![b](data:"),
        Just("<a href=\""),
        Just("|"),
        Just("| - |\n"),
        Just("\\"),
        Just("*"),
        Just("]: "),
        Just("[a]: "),
        Just("\t"),
        Just("\u{0}"),
        Just("\u{2028}"),
        Just("<"),
        Just(">"),
        Just("&"),
        Just("alert(1)"),
        Just("é"),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}
